/* In the page of a sheet: how each mail lies at a width, and what its text
 * stands out by.  [{width, height, torn, contrast, ...}] */
async function measure(width) {
	const frames = [...document.querySelectorAll("iframe")];
	for (const frame of frames) {
		if (frame.contentDocument?.readyState !== "complete" ||
				!frame.contentDocument.body?.childElementCount)
			await new Promise(done =>
				frame.addEventListener("load", done));
		frame.style.width = width + "px";
		frame.style.height = "100px";
	}
	return frames.map(frame => {
		const page = frame.contentDocument;
		const height = page.documentElement.scrollHeight;
		frame.style.height = height + "px";
		return {width: widest(page), height, torn: torn(page),
			...contrast(page)};
	});
}

/* A reference in two lines is not found, nor copied as one. */
function torn(page) {
	const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
	const range = page.createRange();
	let count = 0;
	while (walker.nextNode()) {
		const found = /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec(walker.currentNode.data);
		if (!found)
			continue;
		range.setStart(walker.currentNode, found.index);
		range.setEnd(walker.currentNode, found.index + found[0].length);
		const tops = [...range.getClientRects()].map(box => box.top);
		count += Math.max(...tops) - Math.min(...tops) > 4;
	}
	return count;
}

/* Beyond what may be scrolled, too: nothing may stick out to the left. */
function widest(page) {
	let right = page.documentElement.scrollWidth, left = 0;
	for (const element of page.body.querySelectorAll("*")) {
		const box = element.getBoundingClientRect();
		right = Math.max(right, box.right);
		left = Math.min(left, box.left);
	}
	return Math.ceil(right - left);
}

function colour(text) {
	const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
	return {r, g, b, a};
}

function over(above, below) {
	const mix = name => above[name] * above.a + below[name] * (1 - above.a);
	return {r: mix("r"), g: mix("g"), b: mix("b"), a: 1};
}

/* WCAG 2.1, relative luminance. */
function luminance({r, g, b}) {
	const [x, y, z] = [r, g, b].map(level => {
		level /= 255;
		return level <= 0.04045 ? level / 12.92
			: ((level + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}

function canvas(page) {
	const probe = page.createElement("i");
	probe.style.background = "Canvas";
	page.body.append(probe);
	const ground = colour(page.defaultView.getComputedStyle(probe)
		.backgroundColor);
	probe.remove();
	return ground;
}

function grounds(element, page) {
	const above = [];
	for (let one = element; one; one = one.parentElement)
		above.push(page.defaultView.getComputedStyle(one));
	return above;
}

function contrast_of(element, page, base) {
	const styles = grounds(element, page);
	let ground = base, seen = 1;
	for (const style of styles.slice().reverse()) {
		ground = over(colour(style.backgroundColor), ground);
		seen *= Number(style.opacity);
	}
	const ink = colour(styles[0].color);
	ink.a *= seen;
	const [one, other] = [luminance(over(ink, ground)), luminance(ground)];
	return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function contrast(page) {
	const base = canvas(page);
	const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
	let least = 21, worst = "", texts = 0, images = 0;
	while (walker.nextNode()) {
		const node = walker.currentNode, element = node.parentElement;
		if (!node.data.trim() || !element.getClientRects().length)
			continue;
		texts++;
		const found = contrast_of(element, page, base);
		if (found < least)
			[least, worst] = [found, node.data.trim().slice(0, 60)];
	}
	for (const element of page.querySelectorAll("*"))
		if (page.defaultView.getComputedStyle(element)
			.backgroundImage !== "none" || element.tagName === "IMG")
			images++;
	return {contrast: least, worst, texts, images, dark: luminance(base) < 0.5};
}
