/*
 * Words by which a customer's manner and a matter's urgency are known, as the
 * literature on customer care describes them.  Lower case, NFC; "*" at the end
 * stands for any ending, at the front for any beginning.  A phrase is sought in
 * its own language's texts, and the English ones in all.  "~" at the front: it
 * counts only in a sentence with a word of TOPIC_INTENT of the same language
 * ("I call the newspaper", not "wrapped in a newspaper").
 * Included by complainer.c only.
 */
enum topic {
	TOPIC_LAW,          /* courts and lawyers */
	TOPIC_REGULATOR,    /* authorities and consumer boards */
	TOPIC_PRESS,        /* newspapers, reviews, social media */
	TOPIC_INTENT,       /* what is done with a "~" word */
	TOPIC_SAFETY,       /* somebody is or may be hurt */
	TOPIC_MONEY,        /* refund */
	TOPIC_COMPENSATION, /* more than the money back */
	TOPIC_HASTE,        /* at once */
	TOPIC_INSULT,       /* anger, contempt */
	TOPIC_STANDING,     /* loyal, important, pays for the best */
	TOPIC_DEMAND_MORE,  /* what was offered is not enough */
	TOPIC_AGAIN,        /* not for the first time */
	TOPIC_SHY,          /* hardly dares to complain */
	TOPICS,
};

typedef struct ComplainerWords ComplainerWords;
struct ComplainerWords {
	const char *language;
	enum topic topic;
	const char *phrases; /* parted by "|" */
};

static const ComplainerWords complainer_words[] = {
	{"en", TOPIC_LAW,
		"lawyer*|attorney*|solicitor*|barrister*|legal action|"
		"legal proceedings|legal steps|legal advice|legal claim|"
		"take you to court|taking you to court|take this to court|"
		"see you in court|go to court|going to court|court action|"
		"court claim|court proceedings|court order|~court|"
		"small claims|lawsuit|sue you|will sue|suing|my legal team"},
	{"en", TOPIC_REGULATOR,
		"ombudsman*|ombudsperson|consumer protection|"
		"trading standards|~regulator*|~financial conduct|"
		"financial conduct authority|~fca|~ofcom|~ftc|"
		"attorney general|consumer board|consumer rights board|"
		"better business bureau|data protection authority|"
		"report you to"},
	{"en", TOPIC_PRESS,
		"~newspaper*|~the media|journalist*|~the press|local press|"
		"national press|~tv station|~social media|~facebook|"
		"~twitter|~instagram|~tiktok|~trustpilot|~youtube|~reddit|"
		"bad review|negative review|one star review|"
		"one-star review|1 star review|~one star|go public|"
		"name and shame|go viral"},
	{"en", TOPIC_INTENT,
		"call|contact|tell|inform|write to|go to|going to|turn to|"
		"take|taking|report|reporting|send|speak to|talk to|"
		"hear from|see you|post|posting|alert|publish|expose|share|"
		"bring|involve|notify|approach|warn|review|leave|i'll|"
		"i will|we will|we'll|i shall|or else"},
	{"en", TOPIC_SAFETY,
		"injured|injury|injuries|burned my|burnt my|caught fire|on "
		"fire|fire hazard|electric "
		"shock|electrocuted|exploded|explosion|hospital|allergic "
		"reaction|poisoning|choking|choked|gas leak|smoke "
		"came|bleeding|dangerous|safety hazard|could have "
		"died|ambulance"},
	{"en", TOPIC_MONEY,
		"refund*|money back|chargeback|reimburse*|charged "
		"twice|overcharged"},
	{"en", TOPIC_COMPENSATION,
		"compensation|compensate*|damages|goodwill|voucher*|discount*|"
		"for free|free of charge|gift card"},
	{"en", TOPIC_HASTE,
		"urgent*|immediately|at once|asap|as soon as possible|right "
		"now|within 24 hours|today at the latest|emergency|final "
		"notice|last warning|last chance"},
	{"en", TOPIC_INSULT,
		"ridiculous|disgrace*|disgusting|idiot*|stupid|incompetent|"
		"scam*|fraud*|thieves|crooks|rip-off|rip "
		"off|pathetic|outrageous|unacceptable|useless|garbage|crap|"
		"shame on you|worst|liars|lying|joke of a company|furious|fed "
		"up|sick of"},
	{"en", TOPIC_STANDING,
		"loyal customer|long-standing customer|longtime "
		"customer|premium customer|platinum|gold member|vip|business "
		"class|first class|do you know who i am|money is no object|i "
		"expect the best|best service|speak to the manager|your "
		"ceo|your director|i spend thousands|our company spends|key "
		"account|price is not the issue|willing to pay"},
	{"en", TOPIC_DEMAND_MORE,
		"not good enough|not enough|not sufficient|i want more|i "
		"deserve more|double the|on top of that i want|insufficient|is "
		"an insult|what else can you offer|full refund and|keep the "
		"product"},
	{"en", TOPIC_AGAIN,
		"once again|yet again|as always|as usual|every time|every "
		"single time|second time|third time|fourth time|fifth "
		"time|second complaint|third complaint|fourth complaint|always "
		"something|never works|nothing ever|keep "
		"complaining|complained before|again and again|over and "
		"over|every order"},
	{"en", TOPIC_SHY,
		"sorry to bother|sorry to trouble|i hate to complain|i don't "
		"want to complain|don't like to complain|not one to "
		"complain|if it is not too much trouble|if it's not too much "
		"trouble|i may be wrong|maybe it is my fault|maybe it's my "
		"fault|perhaps i misunderstood|probably my mistake|i'm not "
		"sure if|i am not sure if|no hurry|if possible|i was "
		"wondering|it is a small thing|it's a small thing|hope you "
		"don't mind"},

	{"et", TOPIC_LAW,
		"advokaa*|jurist*|kohtusse|kohtu poole|kohtuasi*|kohtutee*|"
		"kohtulik*|~kohtus|~kohtu|hagi|hagen|õigusabi|~juriidili*"},
	{"et", TOPIC_REGULATOR,
		"tarbijakaitse*|ttja|tarbijavaidlus*|"
		"andmekaitse inspektsioon*|ombudsman*|õiguskantsler*|"
		"finantsinspektsioon*|~inspektsioon*"},
	{"et", TOPIC_PRESS,
		"~ajaleh*|ajakirjani*|~meedia|~meediasse|~meediale|"
		"~meediaga|~meedias|~sotsiaalmeedia*|~facebook*|"
		"~postimees*|~postimehe*|~delfi*|~õhtuleh*|avalikustan|"
		"~telesaa*|~pealtnägija*|~ajakirjandus*"},
	{"et", TOPIC_INTENT,
		"pöördu*|lähe*|kirjuta*|teata*|helista*|postita*|"
		"võtan ühendust|võtame ühendust|esita*|anna*|annan|kaeban|"
		"kaebame|edasta*|räägi*|jaga*|pane*|saada*|teavita*|viin|"
		"kohtume|nõuan|riputa*"},
	{"et", TOPIC_SAFETY,
		"vigasta*|põletus*|süttis|põlema|plahvata*|elektrilöö*|haigla*|"
		"mürgitus*|allergi*|ohtlik*|eluohtlik*|kiirabi*|tulekahju*|"
		"gaasileke*"},
	{"et", TOPIC_MONEY,
		"raha tagasi|tagasimakse*|tagastage raha|hüvitage|tagasta* "
		"raha|raha tagasta*"},
	{"et", TOPIC_COMPENSATION,
		"hüvitis*|kompensatsioon*|kompenseeri*|kahjutasu*|allahindlus*|"
		"soodustus*|kinkekaar*|tasuta"},
	{"et", TOPIC_HASTE,
		"kiire|kiiresti|kohe|viivitamatult|otsekohe|koheselt|täna "
		"hiljemalt|24 tunni jooksul|viimane hoiatus|hädaolu*"},
	{"et", TOPIC_INSULT,
		"idioo*|lollid|lollus|häbiväärne|häbematu*|jama|petis*|petturi*"
		"|pettus*|vargad|varas*|ebakompetentne*|ebapädev*|kohutav*|"
		"vastuvõetamatu*|täielik "
		"jama|rämps*|skandaal*|naeruväärne|saast|siiber"},
	{"et", TOPIC_STANDING,
		"püsiklien*|kuldklien*|vip*|ootan parimat|raha ei ole "
		"probleem|raha pole probleem|hind ei ole oluline|teie "
		"juhatus*|direktori*|juhiga rääkida|äriklien*|suurklien*"},
	{"et", TOPIC_DEMAND_MORE,
		"ei ole piisav|pole piisav|ei piisa|tahan rohkem|liiga "
		"vähe|sellest ei piisa|nõuan lisaks|solvav pakkumine"},
	{"et", TOPIC_AGAIN,
		"jälle|taas kord|iga kord|teist korda|kolmandat "
		"korda|neljandat korda|mitmendat korda|alati "
		"midagi|järjekordne|nagu alati|olen varem kaevanud|kolmas "
		"kaebus|teine kaebus"},
	{"et", TOPIC_SHY,
		"vabandust, et tülitan|vabandan tülitamise|vabandust "
		"tülitamast|võib-olla on see minu viga|ei taha kaevata|ei "
		"tahaks kurta|ei tahaks tülitada|ehk oleks võimalik|kui see "
		"pole liiga palju|pole kiiret|äkki ma eksin|kui võimalik"},

	{"vi", TOPIC_LAW,
		"luật sư|khởi kiện|sẽ kiện|đi kiện|đơn kiện|kiện ra|"
		"kiện công ty|kiện các|kiện bạn|kiện tụng|thưa kiện|tòa án|"
		"toà án|ra tòa|ra toà|~pháp luật|~pháp lý|~công an|luat su|"
		"khoi kien|toa an|ra toa"},
	{"vi", TOPIC_REGULATOR,
		"bảo vệ người tiêu dùng|bảo vệ quyền lợi người tiêu dùng|"
		"hội bảo vệ|cục quản lý|quản lý thị trường|"
		"~cơ quan chức năng|cục cạnh tranh|quản lý cạnh tranh|"
		"ủy ban cạnh tranh|~bộ công thương|~thanh tra"},
	{"vi", TOPIC_PRESS,
		"~báo chí|~lên báo|~nhà báo|~phóng viên|~mạng xã hội|~facebook|"
		"~tiktok|~truyền hình|bóc phốt|~đánh giá 1 sao|phanh phui|"
		"~bao chi"},
	{"vi", TOPIC_INTENT,
		"sẽ|đăng|gửi|liên hệ|nhờ|tố cáo|khiếu nại|phản ánh|gọi|đưa|"
		"trình báo|se|dang"},
	{"vi", TOPIC_SAFETY,
		"bị thương|cháy|nổ|điện giật|bệnh viện|ngộ độc|dị ứng|nguy "
		"hiểm|cấp cứu|bỏng|hóc"},
	{"vi", TOPIC_MONEY,
		"hoàn tiền|trả lại tiền|trả tiền lại|hoàn lại tiền|lấy lại "
		"tiền|hoan tien"},
	{"vi", TOPIC_COMPENSATION,
		"bồi thường|đền bù|giảm giá|miễn phí|phiếu quà tặng|quà "
		"tặng|boi thuong"},
	{"vi", TOPIC_HASTE,
		"gấp|khẩn cấp|ngay lập tức|ngay bây giờ|trong vòng 24|càng sớm "
		"càng tốt|hôm nay|cảnh báo cuối"},
	{"vi", TOPIC_INSULT,
		"lừa đảo|ăn cắp|ngu|vô trách nhiệm|tồi tệ|quá tệ|rác rưởi|mất "
		"dạy|thất đức|không thể chấp nhận|bực mình|tức giận|lua dao|đồ "
		"lừa|kém cỏi|xấu hổ"},
	{"vi", TOPIC_STANDING,
		"khách hàng thân thiết|khách vip|vip|khách hàng lâu năm|gặp "
		"quản lý|gặp giám đốc|tiền không thành vấn đề|dịch vụ tốt "
		"nhất|hạng thương gia"},
	{"vi", TOPIC_DEMAND_MORE,
		"không đủ|chưa đủ|tôi muốn nhiều hơn|chưa thỏa đáng|không thỏa "
		"đáng|quá ít"},
	{"vi", TOPIC_AGAIN,
		"lại nữa|lần thứ hai|lần thứ ba|lần thứ 2|lần thứ 3|lần nào "
		"cũng|lúc nào cũng|bao nhiêu lần|nhiều lần rồi|như mọi lần"},
	{"vi", TOPIC_SHY,
		"xin lỗi vì đã làm phiền|xin lỗi làm phiền|không muốn phàn "
		"nàn|có lẽ do tôi|có thể là lỗi của tôi|nếu có thể|nếu "
		"được|không vội|ngại quá"},

	{"fi", TOPIC_LAW,
		"asianaja*|lakimie*|juristi*|oikeuteen|käräjä*|oikeustoim*|"
		"oikeustoimi*|haastehakemu*|~oikeudessa|rikosilmoitu*"},
	{"fi", TOPIC_REGULATOR,
		"kuluttajavirasto*|kuluttajasuoja*|kuluttajariita*|"
		"kuluttajaneuvo*|kuluttaja-asiamie*|~viranomais*|"
		"tietosuojavaltuutet*|kuluttajansuoja*|ombudsman*|"
		"kuluttajavirastoon|kkv|kkv:*|fine:*|finanssivalvon*"},
	{"fi", TOPIC_PRESS,
		"~lehdistö*|~sanomaleht*|~iltasanom*|~iltaleht*|"
		"~toimittaj*|~sosiaalisessa mediassa|~sosiaaliseen mediaan|"
		"~somessa|~someen|~facebook*|~lehteen|~lehtiin|~televisio*|"
		"julkisuuteen|~media|~mediaan|~medialle"},
	{"fi", TOPIC_INTENT,
		"otan yhteyttä|otan yhteyden|otamme yhteyttä|yhteydessä|"
		"yhteyttä|soita*|kirjoita*|julkaise*|jaan|laitan|kerro*|"
		"ilmoita*|vien|viemme|valitan|käänny*|lähetän|postaan|"
		"menen|nähdään|tapaamme|jatkuu|teen"},
	{"fi", TOPIC_SAFETY,
		"loukkaantu*|vammau*|palovamma*|syttyi|tulipalo*|räjäht*|"
		"sähköisku*|sairaala*|myrkyty*|allergi*|vaaralli*|hengenvaara*|"
		"ambulanssi*|kaasuvuo*"},
	{"fi", TOPIC_MONEY,
		"rahat takaisin|rahani takaisin|hyvity*|palauttakaa "
		"rahat|palautus tilille|rahojen palau*"},
	{"fi", TOPIC_COMPENSATION,
		"korvau*|korvatkaa|vahingonkorvau*|alennu*|lahjakort*|"
		"ilmaiseksi|maksutta"},
	{"fi", TOPIC_HASTE,
		"kiire*|heti|välittömästi|viipymättä|saman tien|tänään "
		"viimeistään|24 tunnin|viimeinen varoitus|hätätilan*"},
	{"fi", TOPIC_INSULT,
		"idioot*|typer*|naurettava*|häpeälli*|hävyt*|huijau*|huijar*|"
		"varka*|pask*|surkea*|käsittämätö*|törke*|järkyttäv*|epäpätev*|"
		"sietämätö*|kelvot*|raivoissa*|valehtel*"},
	{"fi", TOPIC_STANDING,
		"kanta-asiak*|vip*|pitkäaikainen "
		"asiakas|yritysasiak*|avainasiak*|odotan parasta|raha ei ole "
		"ongelma|esimiehe*|toimitusjohtaj*|johtajan "
		"kanssa|kultajäsen*|hinnalla ei ole väliä"},
	{"fi", TOPIC_DEMAND_MORE,
		"ei riitä|ei ole tarpeeksi|haluan enemmän|liian vähän|lisäksi "
		"vaadin|riittämät*|loukkaava tarjous"},
	{"fi", TOPIC_AGAIN,
		"taas|jälleen|joka kerta|toista kertaa|toinen kerta|kolmas "
		"kerta|kolmatta kertaa|aina jotain|kuten aina|monennen "
		"kerran|kolmas valitus|toinen valitus|jatkuvasti"},
	{"fi", TOPIC_SHY,
		"anteeksi että vaivaan|pahoittelen että vaivaan|anteeksi "
		"vaiva*|en haluaisi valittaa|en halua valittaa|ehkä se on oma "
		"vikani|saattaa olla oma virheeni|jos mahdollista|ei ole "
		"kiire|jos siitä ei ole liikaa vaivaa|mahdoinko ymmärtää "
		"väärin"},

	{"zh", TOPIC_LAW,
		"律师|律師|起诉|起訴|法院|法律途径|法律途徑|法律手段|诉讼|訴訟|"
		"打官司|报警|報警"},
	{"zh", TOPIC_REGULATOR,
		"消费者协会|消費者保護|消费者权益|消協|消协|消費者委員會|~"
		"12315|~12345|工商局|市场监督|"
		"市場監督|市场监管|~监管|~監管|消基会|消基會|消保|黑猫投诉|"
		"银保监"},
	{"zh", TOPIC_PRESS,
		"~媒体|~媒體|~记者|~記者|~曝光|~微博|~小红书|~小紅書|~报纸|~"
		"報紙|差评|負評|~抖音|~电视台|"
		"~電視台|~朋友圈|~网上"},
	{"zh", TOPIC_INTENT,
		"找|联系|聯繫|聯絡|向|去|发到|發到|发布|發布|投诉你|投訴你|"
		"告诉|告訴|通知|曝光你|将|將|会|會|"
		"要在|要把|打|拨打|举报|舉報"},
	{"zh", TOPIC_SAFETY,
		"受伤|受傷|烧伤|燒傷|着火|著火|起火|爆炸|触电|觸電|医院|醫院|"
		"中毒|过敏|過敏|危险|危險|漏气|漏電|漏电"},
	{"zh", TOPIC_MONEY, "退款|退钱|退錢|退还|退還"},
	{"zh", TOPIC_COMPENSATION,
		"赔偿|賠償|补偿|補償|折扣|优惠券|優惠券|代金券|免费|免費"},
	{"zh", TOPIC_HASTE,
		"立即|马上|馬上|立刻|紧急|緊急|尽快|盡快|24小时|24小時|"
		"最后通牒|今天之内|今天之內"},
	{"zh", TOPIC_INSULT,
		"骗子|騙子|垃圾|无耻|無恥|欺骗|欺騙|诈骗|詐騙|太差|差劲|差勁|"
		"恶心|噁心|荒唐|不可接受|无法接受|無法接受|混蛋|愤怒|憤怒|"
		"忍无可忍|忍無可忍|黑店|坑人"},
	{"zh", TOPIC_STANDING,
		"老客户|老客戶|老顾客|老顧客|vip|贵宾|貴賓|白金|钻石会员|"
		"鑽石會員|经理|經理|总裁|總裁|最好的服务|最好的服務|钱不是问题|"
		"錢不是問題|大客户|大客戶"},
	{"zh", TOPIC_DEMAND_MORE,
		"不够|不夠|太少|还要|還要|更多赔偿|更多賠償|不满意这个方案|"
		"不滿意這個方案|双倍|雙倍"},
	{"zh", TOPIC_AGAIN,
		"又一次|再次|每次|第二次|第三次|第四次|总是|總是|一直都|老是|"
		"屡次|屢次|多次"},
	{"zh", TOPIC_SHY,
		"不好意思打扰|不好意思打擾|抱歉打扰|抱歉打擾|不想投诉|不想投訴|"
		"可能是我|也许是我|也許是我|如果方便|麻烦您了|麻煩您了|不着急|"
		"不急"},

	{"el", TOPIC_LAW,
		"δικηγόρ*|δικηγορ*|~δικαστήρι*|μήνυση|αγωγή|~νομικ*|"
		"νομικά μέσα|~δικαστικ*|στα δικαστήρια|εξώδικο"},
	{"el", TOPIC_REGULATOR,
		"συνήγορο* του καταναλωτή|προστασία* καταναλωτή|"
		"προστασία* του καταναλωτή|~καταναλωτή|ινκα|"
		"~αρχή προστασίας|~υπουργεί*|~συνήγορο*|εεττ"},
	{"el", TOPIC_PRESS,
		"~εφημερίδ*|δημοσιογράφ*|~μέσα κοινωνικής|~facebook|"
		"~τηλεόραση|~κανάλι*|δημοσιοποιήσω|κακή κριτική|"
		"~social media|~τύπο|~μμε"},
	{"el", TOPIC_INTENT,
		"καταγγ*|επικοινων*|απευθυνθ*|απευθύνομαι|γράψω|ανεβάσω|"
		"δημοσιεύσω|προσφύγω|στείλω|καλέσω|κινηθ*|πάω|ενημερώσω|"
		"αναφέρω|βγάλω"},
	{"el", TOPIC_SAFETY,
		"τραυματ*|έγκαυμα*|εγκαύματ*|φωτιά|πήρε "
		"φωτιά|έκρηξη|εξερράγη|ηλεκτροπληξία|νοσοκομεί*|δηλητηρίαση|"
		"αλλεργ*|επικίνδυν*|ασθενοφόρο"},
	{"el", TOPIC_MONEY,
		"επιστροφή χρημάτων|τα χρήματά μου|τα λεφτά μου|χρήματα "
		"πίσω|λεφτά πίσω|επιστροφή των χρημάτων"},
	{"el", TOPIC_COMPENSATION,
		"αποζημίωση*|αποζημιώσ*|έκπτωση*|δωροεπιταγή*|δωρεάν"},
	{"el", TOPIC_HASTE,
		"επείγον*|επειγόντως|άμεσα|αμέσως|το συντομότερο|εντός "
		"24|τελευταία προειδοποίηση|σήμερα κιόλας"},
	{"el", TOPIC_INSULT,
		"απατεών*|απάτη|κλέφτ*|ηλίθι*|γελοί*|αίσχος|ντροπή|απαράδεκτ*|"
		"άθλι*|σκουπίδι*|ανίκαν*|χάλια|εξοργισμέν*|ξεφτίλα*|ψεύτ*"},
	{"el", TOPIC_STANDING,
		"πιστός πελάτης|τακτικός πελάτης|παλιός πελάτης|vip|τον "
		"διευθυντή|τον υπεύθυνο|τα χρήματα δεν είναι πρόβλημα|την "
		"καλύτερη εξυπηρέτηση|χρυσό μέλος|εταιρικός πελάτης"},
	{"el", TOPIC_DEMAND_MORE,
		"δεν αρκεί|δεν είναι αρκετ*|δεν φτάνει|θέλω "
		"περισσότερ*|επιπλέον απαιτώ|προσβλητική προσφορά"},
	{"el", TOPIC_AGAIN,
		"πάλι|ξανά|κάθε φορά|δεύτερη φορά|τρίτη φορά|τέταρτη "
		"φορά|συνέχεια|όπως πάντα|για πολλοστή φορά|μονίμως"},
	{"el", TOPIC_SHY,
		"συγγνώμη για την ενόχληση|συγνώμη για την ενόχληση|δεν θέλω "
		"να παραπονεθώ|ίσως φταίω εγώ|μπορεί να κάνω λάθος|αν είναι "
		"δυνατόν|αν γίνεται|δεν υπάρχει βιασύνη|χωρίς βιασύνη"},

	{"de", TOPIC_LAW,
		"anwalt*|anwält*|rechtsanwalt*|rechtsanwält*|~gericht*|"
		"vor gericht|amtsgericht|gerichtlich*|klage erheben|"
		"klage einreichen|verklag*|rechtliche schritte|rechtsweg|"
		"rechtsschutz*|strafanzeige"},
	{"de", TOPIC_REGULATOR,
		"verbraucherzentrale*|verbraucherschutz*|"
		"schlichtungsstelle*|~bundesnetzagentur|bafin|"
		"~aufsichtsbehörde*|ombudsmann*|ombudsstelle*"},
	{"de", TOPIC_PRESS,
		"~presse|~zeitung*|journalist*|~soziale medien|"
		"~sozialen medien|~facebook|~instagram|schlechte bewertung|"
		"negative bewertung|~fernsehen|~öffentlichkeit"},
	{"de", TOPIC_INTENT,
		"wende|wenden|informier*|schreibe|schreiben|melde|gehe|"
		"gehen|einschalte*|schalte|kontaktier*|poste|posten|"
		"veröffentlich*|ziehe|ziehen|sehen uns|teile|beschwere|"
		"anrufen|zieht"},
	{"de", TOPIC_SAFETY,
		"verletz*|verbrenn*|verbrannt*|feuer "
		"gefangen|brand|stromschlag|explod*|krankenhaus|vergift*|"
		"allergi*|gefährlich*|notarzt"},
	{"de", TOPIC_MONEY,
		"geld zurück|rückerstattung*|erstatten|erstattung*"},
	{"de", TOPIC_COMPENSATION,
		"entschädig*|schadenersatz*|schadensersatz*|gutschein*|rabatt*|"
		"kostenlos*"},
	{"de", TOPIC_HASTE,
		"sofort|umgehend|unverzüglich|dringend|binnen 24|letzte "
		"mahnung|letzte frist"},
	{"de", TOPIC_INSULT,
		"unverschämt*|frechheit|betrug|betrüger*|abzocke*|idiot*|"
		"saftladen|schweinerei|unfähig*|lächerlich*|inakzeptabel*|"
		"katastroph*|stinksauer|lügner*"},
	{"de", TOPIC_STANDING,
		"stammkunde*|langjährige* "
		"kunde*|vip|premiumkunde*|geschäftsführer*|großkunde*|geld "
		"spielt keine rolle"},
	{"de", TOPIC_DEMAND_MORE,
		"reicht nicht|nicht genug|genügt nicht|zu wenig|ich will "
		"mehr|ich verlange mehr"},
	{"de", TOPIC_AGAIN,
		"schon wieder|erneut|jedes mal|zum zweiten mal|zum dritten "
		"mal|immer wieder|wie immer|ständig"},
	{"de", TOPIC_SHY,
		"entschuldigen sie die störung|möchte mich nicht "
		"beschweren|vielleicht mein fehler|wenn es keine umstände "
		"macht|eilt nicht|falls möglich"},

	{"fr", TOPIC_LAW,
		"mon avocat*|notre avocat*|nos avocats|~avocat*|~tribunal*|"
		"en justice|la justice|porter plainte|porterai plainte|"
		"mise en demeure|action en justice|~huissier"},
	{"fr", TOPIC_REGULATOR,
		"dgccrf|répression des fraudes|~médiateur*|signal conso|"
		"signalconso|60 millions de consommateurs|ufc que choisir|"
		"ufc-que choisir|que choisir"},
	{"fr", TOPIC_PRESS,
		"~presse|~journaliste*|~réseaux sociaux|~facebook|"
		"avis négatif*|mauvais avis|~télévision|~journaux"},
	{"fr", TOPIC_INTENT,
		"contacter*|saisir*|alerter*|informer*|publier*|poster*|"
		"partager*|prendre*|prendrai|écrire|écrirai|porter*|"
		"faire appel|consulter*|aller|irai|adresser*|signaler*|"
		"vais|allons|diffuser*|parler*"},
	{"fr", TOPIC_SAFETY,
		"blessé*|brûl*|a pris "
		"feu|incendie|explos*|électrocut*|hôpital|intoxi*|allergi*|"
		"dangereu*"},
	{"fr", TOPIC_MONEY, "rembours*"},
	{"fr", TOPIC_COMPENSATION,
		"dédommage*|indemnis*|geste commercial|bon "
		"d'achat|remise|gratuit*"},
	{"fr", TOPIC_HASTE,
		"urgent*|immédiatement|sans délai|dans les plus brefs "
		"délais|sous 24"},
	{"fr", TOPIC_INSULT,
		"inadmissible*|scandaleu*|honteu*|honte|arnaque*|voleurs|escro*"
		"|incompétent*|ridicule*|foutage*|nul|inacceptable*|menteurs"},
	{"fr", TOPIC_STANDING,
		"client fidèle|cliente fidèle|fidèle client*|vip|directeur|le "
		"meilleur service|peu importe le prix"},
	{"fr", TOPIC_DEMAND_MORE,
		"pas suffisant|insuffisant*|pas assez|je veux plus"},
	{"fr", TOPIC_AGAIN,
		"encore une fois|à nouveau|chaque fois|deuxième fois|troisième "
		"fois|comme toujours|comme d'habitude"},
	{"fr", TOPIC_SHY,
		"désolé de vous déranger|désolée de vous déranger|pardon de "
		"vous déranger|peut-être ma faute|si possible|ce n'est pas "
		"urgent"},

	{"es", TOPIC_LAW,
		"abogado*|tribunal*|denuncia|denunciar*|denuncio|"
		"demanda judicial|demandar*|acciones legales|~juzgado*"},
	{"es", TOPIC_REGULATOR,
		"oficina del consumidor|oficina municipal de información|"
		"omic|~consumo|facua|~ocu|defensor del consumidor|profeco|"
		"hoja de reclamaciones"},
	{"es", TOPIC_PRESS,
		"~prensa|periodista*|~redes sociales|~facebook|~periódico*|"
		"~televisión|mala reseña"},
	{"es", TOPIC_INTENT,
		"voy a|vamos a|contactar*|llamar*|denunciar*|publicar*|"
		"acudir*|informar*|escribir*|difundir*|hablar*|presentar*|"
		"contar*|reclamar*|iré a"},
	{"es", TOPIC_SAFETY,
		"herid*|quemad*|incendi*|explot*|descarga "
		"eléctrica|hospital|intoxica*|alergi*|peligros*"},
	{"es", TOPIC_MONEY,
		"reembols*|devuelvan el dinero|devolución del dinero|mi "
		"dinero"},
	{"es", TOPIC_COMPENSATION,
		"indemniza*|compensa*|descuento*|vale de|gratis"},
	{"es", TOPIC_HASTE,
		"urgente*|inmediatamente|de inmediato|en 24 horas|cuanto "
		"antes"},
	{"es", TOPIC_INSULT,
		"vergüenza|estafa*|ladrones|inaceptable*|idiota*|inútil*|"
		"incompetente*|ridículo*|basura|mentirosos|indignante"},
	{"es", TOPIC_STANDING,
		"cliente fiel|cliente vip|vip|cliente de toda la vida|el mejor "
		"servicio|el dinero no es problema|gerente"},
	{"es", TOPIC_DEMAND_MORE,
		"no es suficiente|insuficiente*|no basta|quiero más"},
	{"es", TOPIC_AGAIN,
		"otra vez|de nuevo|cada vez|segunda vez|tercera vez|como "
		"siempre|siempre lo mismo"},
	{"es", TOPIC_SHY,
		"perdonen la molestia|perdone la molestia|disculpe la "
		"molestia|no quiero quejarme|si es posible|no hay prisa|quizás "
		"sea culpa mía"},

	{"ru", TOPIC_LAW,
		"адвокат*|юрист*|~суд|в суд|через суд|судебн*|исковое|"
		"прокуратур*|подам иск|полици*"},
	{"ru", TOPIC_REGULATOR,
		"роспотребнадзор*|защит* прав потребителей|потребнадзор*|"
		"обществ* потребителей|омбудсмен*|~цб рф"},
	{"ru", TOPIC_PRESS,
		"~пресса|~прессу|~прессе|~прессой|журналист*|~соцсет*|"
		"~социальных сетях|~социальные сети|~газету|~газеты|"
		"~телевидени*|плохой отзыв|негативный отзыв|~сми"},
	{"ru", TOPIC_INTENT,
		"обращ*|обрат*|напиш*|пожалу*|сообщ*|позвон*|расскаж*|"
		"опублик*|размещ*|выложу|подам|подаю|пойду|переда*|"
		"встретимся"},
	{"ru", TOPIC_SAFETY,
		"травм*|ожог*|загорел*|пожар*|взорва*|взрыв*|удар* "
		"током|больниц*|отрави*|отравлен*|аллерги*|опасн*"},
	{"ru", TOPIC_MONEY,
		"верните деньги|возврат денег|вернуть деньги|возврата денег"},
	{"ru", TOPIC_COMPENSATION,
		"компенсаци*|возмещени*|скидк*|бесплатно|моральный "
		"ущерб|морального ущерба"},
	{"ru", TOPIC_HASTE,
		"срочно|немедленно|сейчас же|в течение суток|последнее "
		"предупреждение"},
	{"ru", TOPIC_INSULT,
		"безобрази*|мошенник*|обман*|воры|идиот*|позор*|хамств*|"
		"возмутительн*|кошмар*|отвратительн*|лжец*|издевательств*"},
	{"ru", TOPIC_STANDING,
		"постоянный клиент|вип|vip|лучший сервис|деньги не "
		"проблема|директор*|руководител*"},
	{"ru", TOPIC_DEMAND_MORE,
		"недостаточно|этого мало|хочу больше|требую больше"},
	{"ru", TOPIC_AGAIN,
		"опять|снова|каждый раз|второй раз|третий раз|в очередной "
		"раз|как всегда|постоянно"},
	{"ru", TOPIC_SHY,
		"извините за беспокойство|простите за беспокойство|не хочу "
		"жаловаться|возможно, я ошиб*|если можно|не срочно"},

	{"sv", TOPIC_LAW,
		"advokat*|~domstol*|stämma er|stämmer er|"
		"rättsliga åtgärder|~juridisk*|tingsrätt*|polisanmäl*"},
	{"sv", TOPIC_REGULATOR,
		"konsumentverket|reklamationsnämnden|arn|konsumentombuds*"},
	{"sv", TOPIC_PRESS,
		"~pressen|~tidning*|journalist*|~sociala medier|~facebook|"
		"dålig recension"},
	{"sv", TOPIC_INTENT,
		"kontakt*|anmäl*|vänd*|vänder|ring*|skriv*|lägg*|publicer*|"
		"går till|gå till|dela*|informer*|hör av|ses i|vidta*"},
	{"sv", TOPIC_SAFETY,
		"skadad*|brännskad*|började "
		"brinna|brand|exploder*|elchock|sjukhus*|förgift*|allergi*|"
		"farlig*"},
	{"sv", TOPIC_MONEY, "pengarna tillbaka|pengar tillbaka|återbetal*"},
	{"sv", TOPIC_COMPENSATION,
		"kompensation*|ersättning*|skadestånd*|rabatt*|presentkort*|"
		"gratis"},
	{"sv", TOPIC_HASTE, "omedelbart|genast|brådskande|inom 24|akut"},
	{"sv", TOPIC_INSULT,
		"skandal*|löjlig*|bedrägeri*|bedragare|idiot*|skam*|"
		"oacceptabel*|inkompetent*|uselt|tjuvar|förbannad"},
	{"sv", TOPIC_STANDING,
		"trogen kund|stamkund*|vip|pengar spelar ingen roll|bästa "
		"servicen|er chef|er vd"},
	{"sv", TOPIC_DEMAND_MORE,
		"räcker inte|inte tillräckligt|för lite|vill ha mer"},
	{"sv", TOPIC_AGAIN,
		"återigen|ännu en gång|varje gång|andra gången|tredje "
		"gången|som vanligt|alltid något"},
	{"sv", TOPIC_SHY,
		"ursäkta att jag stör|förlåt att jag stör|vill inte "
		"klaga|kanske mitt fel|om det går|ingen brådska"},

	{"lv", TOPIC_LAW,
		"advokāt*|jurist*|tiesāšu*|~tiesā|~tiesu|tiesvedīb*|"
		"juridisk* darbīb*|prasību tiesā"},
	{"lv", TOPIC_REGULATOR,
		"ptac|patērētāju tiesīb*|patērētāju aizsardzīb*|ombud*|"
		"tiesībsarg*"},
	{"lv", TOPIC_PRESS,
		"žurnālist*|~avīz*|~presē|~presei|~presi|"
		"~sociālajos tīklos|~facebook*|~medijiem|~medijos|"
		"~televīzij*"},
	{"lv", TOPIC_INTENT,
		"vērs*|raksti*|ziņo*|sūdz*|publicē*|zvanī*|sazinā*|"
		"pastāst*|iesnieg*|griez*|tiksimies"},

	{"pl", TOPIC_LAW,
		"adwokat*|prawnik*|do sądu|~sądzie|sądow*|pozew|pozwę|"
		"kroki prawne|drogę prawną|prokuratur*|~policj*"},
	{"pl", TOPIC_REGULATOR,
		"uokik*|rzecznik* konsument*|rzecznik* praw*|"
		"inspekcj* handlow*|federacj* konsument*"},
	{"pl", TOPIC_PRESS,
		"dziennikarz*|~prasy|~prasie|~prasę|~gazet*|~mediach|"
		"~mediów|~mediom|~facebook*|~telewizj*|negatywną opinię"},
	{"pl", TOPIC_INTENT,
		"zgłosz*|zgłaszam|napisz*|skontaktuj*|udam|zwróc*|"
		"opublikuj*|opisz*|pójd*|powiadom*|poinformuj*|skieruj*|"
		"oddam|zadzwoni*|wystawi*|spotkamy"},
};
