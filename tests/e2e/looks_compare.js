/* In any page: pictures as they are kept, and how much two differ. */
async function pixels(png) {
	const image = new Image();
	image.src = "data:image/png;base64," + png;
	await image.decode();
	const canvas = document.createElement("canvas");
	[canvas.width, canvas.height] = [image.width, image.height];
	const context = canvas.getContext("2d");
	context.drawImage(image, 0, 0);
	return context.getImageData(0, 0, image.width, image.height);
}

/* The nearest colour of a palette for each pixel, two in a byte. */
async function reduce(png, palette) {
	const {width, height, data} = await pixels(png);
	const stride = Math.ceil(width / 2), known = new Map();
	const nearest = (r, g, b) => {
		const key = r << 16 | g << 8 | b;
		if (!known.has(key)) {
			const away = palette.map(([x, y, z]) =>
				(x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2);
			known.set(key, away.indexOf(Math.min(...away)));
		}
		return known.get(key);
	};
	let bytes = "";
	for (let y = 0; y < height; y++)
		for (let x = 0; x < stride; x++) {
			const two = [2 * x, 2 * x + 1].map(column => {
				const at = 4 * (y * width + column);
				return column < width ? nearest(
					data[at], data[at + 1], data[at + 2]) : 0;
			});
			bytes += String.fromCharCode(two[0] << 4 | two[1]);
		}
	return {width, height, indices: btoa(bytes)};
}

/* Mean brightness of each cell, row by row, of a part of a picture. */
function cells(image, left, wide, tall, cell) {
	const found = [];
	for (let y = 0; y < tall; y += cell)
		for (let x = left; x < left + wide; x += cell) {
			let sum = 0, count = 0;
			for (let v = y; v < y + cell; v++)
				for (let u = x; u < x + cell; u++) {
					if (u >= image.width || v >= image.height)
						continue;
					const at = 4 * (v * image.width + u);
					sum += image.data[at] + image.data[at + 1] +
						image.data[at + 2];
					count++;
				}
			found.push(count ? sum / count / 765 : 0);
		}
	return found;
}

/* For each column {left, wide, tall} by how much its cells differ, in parts of
 * what stands in it: 0 is the same, 1 as if nothing did. */
async function differences(one, other, columns, cell) {
	const images = [await pixels(one), await pixels(other)];
	const ground = cells(images[0], 0, 1, 1, 1)[0];
	return columns.map(({left, wide, tall}) => {
		const [a, b] = images.map(image =>
			cells(image, left, wide, tall, cell));
		const apart = a.reduce((sum, v, i) => sum + Math.abs(v - b[i]), 0);
		const ink = a.reduce((sum, v) => sum + Math.abs(v - ground), 0);
		return apart / ink;
	});
}
