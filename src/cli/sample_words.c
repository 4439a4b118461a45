/* One and the same broken lamp, told in every language that we speak. */
#include "samples.h"

#include <string.h>

static const SampleWords rows[] = {
	/* First the one that others fall back to. */
	{
		.language = "en",
		.name = "English",
		.time_zone = "Europe/London",
		.customer = "Ann Smith",
		.subject = "The lamp came broken",
		.team = "Example customer care",
		.assignee = "Mary",
		.complaint = "The lamp came broken.\nI want a new one.",
		.answer = "Dear Ann Smith,\n\n"
			  "We are sorry that the lamp came broken. A new one "
			  "left us today; you can follow it at "
			  "https://parcels.example.com/track?id=42&lang=en.\n\n"
			  "Kind regards,\nMary",
		.update = "The new lamp has left our warehouse. As soon as it "
			  "is with the carrier, you will have its number.",
		.resolution = "We have sent a new lamp; it arrives on Tuesday.",
		.questions = {"What is the number of your order?",
			"What does the label below the lamp say?",
			"May we send the new lamp to the same address?"},
	},
	{
		.language = "de",
		.name = "Deutsch",
		.time_zone = "Europe/Berlin",
		.customer = "Jürgen Großmann",
		.subject = "Die Lampe kam zerbrochen an",
		.team = "Beispiel Kundenbetreuung",
		.assignee = "Frau Müller",
		.complaint = "Die Lampe kam zerbrochen an.\n"
			     "Ich möchte eine neue.",
		.answer = "Guten Tag, Jürgen Großmann,\n\n"
			  "es tut uns leid, dass die Lampe zerbrochen ankam. "
			  "Eine neue ist heute abgegangen; Sie können sie hier "
			  "verfolgen: "
			  "https://parcels.example.com/track?id=42&lang=de\n\n"
			  "Mit freundlichen Grüßen\nFrau Müller",
		.update = "Die neue Lampe hat unser Lager verlassen. Sobald "
			  "sie beim Paketdienst ist, erhalten Sie die "
			  "Sendungsnummer.",
		.resolution = "Wir haben eine neue Lampe geschickt; sie kommt "
			      "am Dienstag an.",
		.questions = {"Wie lautet die Nummer Ihrer Bestellung?",
			"Was steht auf dem Etikett unter der Lampe?",
			"Dürfen wir die neue Lampe an dieselbe Adresse "
			"senden?"},
	},
	{
		.language = "el",
		.name = "Ελληνικά",
		.time_zone = "Europe/Athens",
		.customer = "Ελένη Παπαδοπούλου",
		.subject = "Το φωτιστικό ήρθε σπασμένο",
		.team = "Εξυπηρέτηση πελατών",
		.assignee = "Μαρία",
		.complaint = "Το φωτιστικό ήρθε σπασμένο.\n"
			     "Θέλω ένα καινούργιο.",
		.answer = "Αγαπητή κυρία Παπαδοπούλου,\n\n"
			  "λυπούμαστε που το φωτιστικό έφτασε σπασμένο. Ένα "
			  "καινούργιο έφυγε σήμερα· μπορείτε να το "
			  "παρακολουθήσετε εδώ: "
			  "https://parcels.example.com/track?id=42&lang=el\n\n"
			  "Με εκτίμηση,\nΜαρία",
		.update = "Το καινούργιο φωτιστικό έφυγε από την αποθήκη μας. "
			  "Μόλις παραδοθεί στη μεταφορική, θα έχετε τον "
			  "αριθμό αποστολής.",
		.resolution = "Στείλαμε ένα καινούργιο φωτιστικό· φτάνει την "
			      "Τρίτη.",
		.questions = {"Ποιος είναι ο αριθμός της παραγγελίας σας;",
			"Τι γράφει η ετικέτα κάτω από το φωτιστικό;",
			"Να στείλουμε το καινούργιο στην ίδια διεύθυνση;"},
	},
	{
		.language = "es",
		.name = "Español",
		.time_zone = "Europe/Madrid",
		.customer = "Íñigo Muñoz",
		.subject = "La lámpara llegó rota",
		.team = "Atención al cliente",
		.assignee = "María",
		.complaint = "La lámpara llegó rota.\nQuiero una nueva.",
		.answer = "Estimado señor Muñoz:\n\n"
			  "Lamentamos que la lámpara llegara rota. Hoy hemos "
			  "enviado una nueva; puede seguirla en "
			  "https://parcels.example.com/track?id=42&lang=es.\n\n"
			  "Atentamente,\nMaría",
		.update = "La lámpara nueva ha salido de nuestro almacén. En "
			  "cuanto la tenga el transportista, recibirá usted el "
			  "número de envío.",
		.resolution =
			"Hemos enviado una lámpara nueva; llega el martes.",
		.questions = {"¿Cuál es el número de su pedido?",
			"¿Qué pone en la etiqueta debajo de la lámpara?",
			"¿Podemos enviar la lámpara nueva a la misma "
			"dirección?"},
	},
	{
		.language = "et",
		.name = "eesti",
		.time_zone = "Europe/Tallinn",
		.customer = "Õnne Mägi",
		.subject = "Lamp jõudis kohale katkisena",
		.team = "Näidise klienditugi",
		.assignee = "Mari",
		.complaint = "Lamp jõudis kohale katkisena.\nSoovin uut.",
		.answer = "Lugupeetud Õnne Mägi\n\n"
			  "Meil on kahju, et lamp jõudis kohale katkisena. Uus "
			  "läks täna teele; saate seda jälgida siin: "
			  "https://parcels.example.com/track?id=42&lang=et\n\n"
			  "Lugupidamisega\nMari",
		.update = "Uus lamp on meie laost teele läinud. Saadame Teile "
			  "saadetise numbri kohe, kui lamp on vedaja käes.",
		.resolution = "Saatsime uue lambi; see jõuab kohale "
			      "teisipäeval.",
		.questions = {"Mis on teie tellimuse number?",
			"Mis on kirjas lambi all oleval sildil?",
			"Kas võime saata uue lambi samale aadressile?"},
	},
	{
		.language = "fi",
		.name = "suomi",
		.time_zone = "Europe/Helsinki",
		.customer = "Päivi Väänänen",
		.subject = "Lamppu tuli perille rikkinäisenä",
		.team = "Esimerkin asiakaspalvelu",
		.assignee = "Mari",
		.complaint = "Lamppu tuli perille rikkinäisenä.\n"
			     "Haluan uuden.",
		.answer = "Hei, Päivi Väänänen\n\n"
			  "Olemme pahoillamme, että lamppu tuli perille "
			  "rikkinäisenä. Uusi lähti meiltä tänään; voitte "
			  "seurata sitä täällä: "
			  "https://parcels.example.com/track?id=42&lang=fi\n\n"
			  "Ystävällisin terveisin\nMari",
		.update = "Uusi lamppu on lähtenyt varastostamme. Saatte "
			  "lähetystunnuksen heti, kun lamppu on kuljettajalla.",
		.resolution = "Lähetimme uuden lampun; se saapuu tiistaina.",
		.questions = {"Mikä on tilauksenne numero?",
			"Mitä lampun alla olevassa tarrassa lukee?",
			"Voimmeko lähettää uuden lampun samaan osoitteeseen?"},
	},
	{
		.language = "fr",
		.name = "Français",
		.time_zone = "Europe/Paris",
		.customer = "Hélène Lefèvre",
		.subject = "La lampe est arrivée cassée",
		.team = "Service clients",
		.assignee = "Mme Dupont",
		.complaint = "La lampe est arrivée cassée.\n"
			     "J’en voudrais une neuve.",
		.answer = "Madame,\n\n"
			  "Nous regrettons que la lampe soit arrivée cassée. "
			  "Une lampe neuve est partie aujourd’hui\u00a0; vous "
			  "pouvez la suivre ici\u00a0: "
			  "https://parcels.example.com/track?id=42&lang=fr\n\n"
			  "Cordialement,\nMme Dupont",
		.update = "La lampe neuve a quitté notre entrepôt. Dès que le "
			  "transporteur l’aura, vous recevrez le numéro de "
			  "suivi.",
		.resolution =
			"Nous avons envoyé une lampe neuve\u00a0; elle arrive "
			"mardi.",
		.questions = {"Quel est le numéro de votre commande\u00a0?",
			"Que dit l’étiquette sous la lampe\u00a0?",
			"Pouvons-nous envoyer la lampe neuve à la même "
			"adresse\u00a0?"},
	},
	{
		.language = "lv",
		.name = "latviešu",
		.time_zone = "Europe/Riga",
		.customer = "Līga Bērziņa",
		.subject = "Lampa pienāca saplīsusi",
		.team = "Klientu apkalpošana",
		.assignee = "Anna",
		.complaint = "Lampa pienāca saplīsusi.\nEs vēlos jaunu.",
		.answer = "Cienījamā Bērziņas kundze!\n\n"
			  "Mums žēl, ka lampa pienāca saplīsusi. Jauna šodien "
			  "ir nosūtīta; sūtījumam varat sekot šeit: "
			  "https://parcels.example.com/track?id=42&lang=lv\n\n"
			  "Ar cieņu\nAnna",
		.update = "Jaunā lampa ir atstājusi mūsu noliktavu. Tiklīdz tā "
			  "būs nodota pārvadātājam, Jūs saņemsiet sūtījuma "
			  "numuru.",
		.resolution = "Mēs nosūtījām jaunu lampu; tā pienāks otrdien.",
		.questions = {"Kāds ir Jūsu pasūtījuma numurs?",
			"Kas rakstīts uz uzlīmes zem lampas?",
			"Vai drīkstam sūtīt jauno lampu uz to pašu adresi?"},
	},
	{
		.language = "pl",
		.name = "polski",
		.time_zone = "Europe/Warsaw",
		.customer = "Łucja Żółkiewska",
		.subject = "Lampa dotarła uszkodzona",
		.team = "Biuro obsługi klienta",
		.assignee = "Maria",
		.complaint = "Lampa dotarła uszkodzona.\nProszę o nową.",
		.answer = "Szanowna Pani,\n\n"
			  "przykro nam, że lampa dotarła uszkodzona. Dziś "
			  "wysłaliśmy nową; przesyłkę można śledzić tutaj: "
			  "https://parcels.example.com/track?id=42&lang=pl\n\n"
			  "Z poważaniem\nMaria",
		.update = "Nowa lampa opuściła nasz magazyn. Gdy tylko "
			  "przejmie ją przewoźnik, podamy numer przesyłki.",
		.resolution = "Wysłaliśmy nową lampę; dotrze we wtorek.",
		.questions = {"Jaki jest numer zamówienia?",
			"Co jest napisane na etykiecie pod lampą?",
			"Czy możemy wysłać nową lampę na ten sam adres?"},
	},
	{
		.language = "ru",
		.name = "русский",
		.time_zone = "Europe/Riga",
		.customer = "Анна Щербакова",
		.subject = "Лампа пришла разбитой",
		.team = "Служба поддержки",
		.assignee = "Мария",
		.complaint = "Лампа пришла разбитой.\nПрошу прислать новую.",
		.answer = "Здравствуйте, Анна!\n\n"
			  "Нам очень жаль, что лампа пришла разбитой. Новую мы "
			  "отправили сегодня; за посылкой можно следить здесь: "
			  "https://parcels.example.com/track?id=42&lang=ru\n\n"
			  "С уважением,\nМария",
		.update = "Новая лампа покинула наш склад. Как только она "
			  "будет у перевозчика, мы сообщим номер отправления.",
		.resolution =
			"Мы отправили новую лампу; она придёт во вторник.",
		.questions = {"Какой номер у Вашего заказа?",
			"Что написано на наклейке под лампой?",
			"Можно ли отправить новую лампу по тому же адресу?"},
	},
	{
		.language = "sv",
		.name = "svenska",
		.time_zone = "Europe/Stockholm",
		.customer = "Åsa Sjöström",
		.subject = "Lampan kom fram trasig",
		.team = "Exempel kundtjänst",
		.assignee = "Maria",
		.complaint = "Lampan kom fram trasig.\nJag vill ha en ny.",
		.answer = "Hej Åsa Sjöström!\n\n"
			  "Vi beklagar att lampan kom fram trasig. En ny "
			  "skickades i dag; du kan följa den här: "
			  "https://parcels.example.com/track?id=42&lang=sv\n\n"
			  "Med vänlig hälsning\nMaria",
		.update = "Den nya lampan har lämnat vårt lager. Så snart den "
			  "är hos transportören får du kollinumret.",
		.resolution =
			"Vi har skickat en ny lampa; den kommer på tisdag.",
		.questions = {"Vilket nummer har din beställning?",
			"Vad står det på etiketten under lampan?",
			"Får vi skicka den nya lampan till samma adress?"},
	},
	{
		.language = "vi",
		.name = "Tiếng Việt",
		.time_zone = "Asia/Ho_Chi_Minh",
		.customer = "Nguyễn Thị Hương",
		.subject = "Đèn giao đến bị vỡ",
		.team = "Chăm sóc khách hàng",
		.assignee = "Mai",
		.complaint = "Đèn giao đến bị vỡ.\nTôi muốn đổi cái mới.",
		.answer = "Kính gửi chị Hương,\n\n"
			  "Chúng tôi rất tiếc vì đèn giao đến bị vỡ. Hôm nay "
			  "chúng tôi đã gửi một chiếc mới; chị có thể theo dõi "
			  "tại đây: "
			  "https://parcels.example.com/track?id=42&lang=vi\n\n"
			  "Trân trọng,\nMai",
		.update = "Chiếc đèn mới đã rời kho của chúng tôi. Ngay khi "
			  "bên vận chuyển nhận hàng, chúng tôi sẽ gửi mã vận "
			  "đơn.",
		.resolution = "Chúng tôi đã gửi một chiếc đèn mới; hàng sẽ đến "
			      "vào thứ Ba.",
		.questions = {"Mã đơn hàng là gì ạ?",
			"Trên nhãn dưới đáy đèn ghi gì?",
			"Chúng tôi có thể gửi đèn mới đến địa chỉ cũ không?"},
	},
	{
		.language = "zh",
		.name = "中文",
		.time_zone = "Asia/Shanghai",
		.customer = "王小明",
		.subject = "台灯送到时已经破损",
		.team = "客户服务中心",
		.assignee = "李梅",
		.complaint = "台灯送到时已经破损。\n我想换一盏新的。",
		.answer = "王小明，您好：\n\n"
			  "很抱歉，台灯送到时已经破损。新的台灯今天已经寄出，"
			  "您可以在这里查询物流："
			  "https://parcels.example.com/track?id=42&lang=zh\n\n"
			  "此致\n李梅",
		.update = "新台灯已经从我们的仓库发出。快递公司收件后，我们会"
			  "马上把运单号告诉您。",
		.resolution = "我们已经寄出一盏新台灯，星期二送达。",
		.questions = {"您的订单号是多少？",
			"台灯底部的标签上写着什么？",
			"新台灯可以寄到原来的地址吗？"},
	},
};

static const SampleWords *find(const char *language)
{
	for (size_t i = 0; language && i < G_N_ELEMENTS(rows); i++)
		if (strcmp(rows[i].language, language) == 0)
			return &rows[i];
	return NULL;
}

const SampleWords *sample_words(const char *language)
{
	const SampleWords *words = find(language);

	return words ? words : &rows[0];
}

const char *sample_language_name(const char *language)
{
	const SampleWords *words = find(language);

	return words ? words->name : language;
}
