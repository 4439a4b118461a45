/*
 * Words by which a complaint is told from other mail to the same address, in
 * the languages of the templates.  Lower case, NFC, straight apostrophes; "*"
 * at the end stands for any ending.  A phrase is sought in its own language's
 * texts, the English ones in all, and all of them where the language is not
 * sure.  Included by accept.c only.
 */
enum accept_topic {
	/* for a complaint */
	ACCEPT_DISCONTENT, /* says so */
	ACCEPT_FAULT,      /* something does not work, or is not what it was */
	ACCEPT_DELAY,      /* something or an answer did not come */
	ACCEPT_AMENDS,     /* money back, another one, an apology */
	ACCEPT_UNFAIR,     /* charged wrongly, treated badly */
	/* against */
	ACCEPT_QUESTION, /* hours, prices, stock */
	ACCEPT_TRADE,    /* orders, invoices, quotes, meetings */
	ACCEPT_WORK,     /* who wants a post */
	ACCEPT_SALES,    /* who sells */
	ACCEPT_PRAISE,   /* all is well */
	ACCEPT_TOPICS,
};

typedef struct AcceptWords AcceptWords;
struct AcceptWords {
	const char *language;
	enum accept_topic topic;
	const char *phrases; /* parted by "|" */
};

static const AcceptWords accept_words[] = {
	{"en", ACCEPT_DISCONTENT,
		"complain*|complaint*|disappoint*|dissatisf*|unsatisf*|"
		"not satisfied|unhappy|not happy|unacceptable|terrible|"
		"awful|horrible|appalling|poor service|bad service|poor "
		"quality|bad quality|frustrat*|annoy*|upset|fed up|let "
		"down|not what i expected|not acceptable|never again|"
		"disgust*|outrage*|ridiculous|dreadful|worst"},
	{"en", ACCEPT_FAULT,
		"broken|broke|does not work|doesn't work|not working|do not "
		"work|don't work|stopped working|won't work|will not "
		"work|defect*|faulty|damage*|leak*|cracked|crashes|crashed|"
		"wrong item|wrong product|wrong size|wrong "
		"order|missing|incomplete|mould*|rotten|stain*|fell "
		"apart|burst|malfunction*|out of order|not as "
		"described|won't start|does not start|doesn't "
		"start|torn|dirty|noise|noisy|wrong colour|wrong "
		"color|problem with|error message|failed|fails"},
	{"en", ACCEPT_DELAY,
		"not arrived|never arrived|hasn't arrived|has not "
		"arrived|haven't received|have not received|not "
		"received|never received|still waiting|been waiting|waited "
		"for|no reply|no answer|no response|nobody answers|nobody "
		"replied|no one answered|overdue|too late|hours "
		"late|days late|delayed|not delivered|lost my|still "
		"no|still not|didn't come|did not come|never came|"
		"cancelled without"},
	{"en", ACCEPT_AMENDS,
		"refund*|money back|reimburse*|replacement|replace "
		"it|compensat*|apolog*|send another|send a new|make it "
		"right|put this right|put it right|exchange it|repair it|fix "
		"this|claim"},
	{"en", ACCEPT_UNFAIR,
		"overcharged|charged twice|double charged|wrong "
		"invoice|wrong bill|charged me|wrongly|"
		"rude|impolite|unfriendly|ignored|misled|misleading|"
		"cheated|scam*|hidden fee*|refused to|hung up|"
		"incorrect*|without my consent|unfair*"},
	{"en", ACCEPT_QUESTION,
		"opening hours|are you open|do you open|do you have in "
		"stock|in stock|how much does|how much is|what is the "
		"price|could you tell me|can you tell me|do you sell|do you "
		"offer|do you ship|i would like to know|i'd like to know|i "
		"am interested in|i'm interested in|where can i buy|where "
		"can i find|is it possible to|price list|general "
		"question|brochure|catalogue"},
	{"en", ACCEPT_TRADE,
		"purchase order|please quote|quotation|please find "
		"attached|attached invoice|invoice attached|monthly "
		"statement|remittance|meeting|agenda|minutes of|schedule a "
		"call|i would like to order|i'd like to order|book a "
		"table|reservation for|would like to book|tender|newsletter"},
	{"en", ACCEPT_WORK,
		"job application|apply for|applying for|my cv|my "
		"resume|curriculum vitae|cover letter|vacancy|internship|"
		"open position"},
	{"en", ACCEPT_SALES,
		"seo|search engine|boost your|your website ranking|guest "
		"post|backlinks|business proposal|partnership|we are a "
		"leading|our services include|special offer|limited "
		"offer|unsubscribe|click here|lead generation|dear "
		"sir/madam|increase your sales|wholesale|we "
		"offer|crypto*|investment opportunity|free trial"},
	{"en", ACCEPT_PRAISE,
		"great service|excellent service|well done|very "
		"happy|very satisfied|very pleased|keep up the good|just "
		"wanted to thank|wanted to say thank|thank you for the "
		"excellent|thank you for the great|thanks for the "
		"great|compliment*|no complaints|works perfectly|love your"},

	{"et", ACCEPT_DISCONTENT,
		"kaebus*|kaeban|kaevata|kaebama|pretensioon*|pettunud|"
		"pettumus*|rahulolematu*|ei ole rahul|pole rahul|"
		"vastuvõetamatu*|halb teenindus|kehv*|halva "
		"kvaliteedi*|kohutav*|nördinud|pahane|lubamatu*|"
		"reklamatsioon*"},
	{"et", ACCEPT_FAULT,
		"katki|ei tööta|ei toimi|ei käivitu|defekt*|rikki|"
		"kahjustatud|kahjustus*|lekib|mõranenud|vale toode|vale "
		"toote|vale suurus*|vale tellimus|puudu|puudus|"
		"hallitanud|hallitus*|määrdunud|lagunes|purunes|purunenud|"
		"purune*|praak*|viga|vigane|vigase|rike|tõrge|ei vasta "
		"kirjeldus*|must|riknenud"},
	{"et", ACCEPT_DELAY,
		"ei ole saabunud|pole saabunud|ei ole saanud|pole "
		"saanud|ei saanud|ootan siiani|ikka veel|siiani|ei "
		"vasta|pole vastust|ei ole vastatud|hilines|hilineb|"
		"hilinemi*|viibib|kadunud|kaotsi|ei tulnud|kohale ei|"
		"tarnimata|kohale toimetamata"},
	{"et", ACCEPT_AMENDS,
		"raha tagasi|tagasimakse*|tagastage|tagastada|hüvitis*|"
		"hüvitage|hüvitada|kompens*|vabandus*|vabandage|uus "
		"toode|uue vastu|asendus*|välja vahetada|parandage|nõuan"},
	{"et", ACCEPT_UNFAIR,
		"ebaviisak*|topelt|kaks korda arve*|vale arve|valesti|"
		"liiga palju raha|ülbe*|ebaaus*|petetud|petis*|petate|"
		"eksitav*|ignoreeri*|keeldu*|varjatud tasu*"},
	{"et", ACCEPT_QUESTION,
		"lahtiolekuaja*|mis kell|kas teil on|kui palju "
		"maksab|mis maksab|hinnakiri|hinnakirja|sooviksin "
		"teada|soovin teada|kas oleks võimalik|kas müüte|kus saab "
		"osta|huvitatud|palun infot|tooteinfo|laos"},
	{"et", ACCEPT_TRADE,
		"hinnapakkumi*|ostutellimus*|soovin tellida|sooviksin "
		"tellida|arve manuses|lisatud arve|manuses arve|koosolek*|"
		"päevakor*|broneeri*|uudiskiri|kohtumi*|lepingu projekt"},
	{"et", ACCEPT_WORK,
		"tööpakkumi*|kandideeri*|elulookirjeldus*|cv|"
		"motivatsioonikiri|praktikakoht*|vaba ametikoht"},
	{"et", ACCEPT_SALES,
		"koostööpakkumi*|koostöö ettepanek|eripakkumi*|"
		"soodustus kuni|kampaania*|pakume teile|seo|loobu "
		"uudiskirjast|turundus*|suurendage müüki"},
	{"et", ACCEPT_PRAISE,
		"suurepärane teenindus|väga rahul|suur tänu|täname "
		"suurepärase|tänan suurepärase|kiitus*|kiidan|kõik "
		"töötab|soovitan teid|tahtsin tänada"},

	{"vi", ACCEPT_DISCONTENT,
		"khiếu nại|phàn nàn|thất vọng|không hài lòng|bức xúc|"
		"không chấp nhận|tồi tệ|quá tệ|dịch vụ kém|chất lượng "
		"kém|tệ hại|bực mình|khó chịu|khieu nai|that vong|khong hai "
		"long"},
	{"vi", ACCEPT_FAULT,
		"bị hỏng|hỏng|không hoạt động|không chạy|bị lỗi|lỗi|bị "
		"vỡ|vỡ|bị rách|rò rỉ|sai hàng|giao sai|nhầm hàng|giao "
		"nhầm|thiếu|không đúng mô tả|mốc|bẩn|bị nứt|hư|không lên "
		"nguồn|không bật được|bi hong|khong hoat dong"},
	{"vi", ACCEPT_DELAY,
		"chưa nhận được|không nhận được|vẫn chưa|chậm trễ|giao "
		"chậm|trễ|đợi|chờ mãi|chờ đợi|không trả lời|không ai trả "
		"lời|không phản hồi|thất lạc|mất hàng|chua nhan duoc"},
	{"vi", ACCEPT_AMENDS,
		"hoàn tiền|hoàn lại tiền|trả lại tiền|bồi thường|đền "
		"bù|đổi hàng|đổi cái mới|đổi sản phẩm|xin lỗi khách|sửa "
		"chữa|bảo hành|hoan tien"},
	{"vi", ACCEPT_UNFAIR,
		"tính sai|thu sai|tính tiền hai lần|trừ tiền hai "
		"lần|thái độ|vô lễ|bất lịch sự|lừa đảo|gian lận|lừa|thô lỗ|"
		"không công bằng|phớt lờ"},
	{"vi", ACCEPT_QUESTION,
		"giờ mở cửa|mấy giờ|giá bao nhiêu|bao nhiêu tiền|cho "
		"hỏi|cho tôi hỏi|có bán|còn hàng|muốn biết|tư vấn|báo "
		"giá|ở đâu bán|quan tâm đến"},
	{"vi", ACCEPT_TRADE,
		"đơn đặt hàng|muốn đặt mua|đặt hàng mới|hóa đơn đính "
		"kèm|đính kèm hóa đơn|cuộc họp|lịch họp|đặt bàn|đặt "
		"phòng|bản tin|hợp đồng"},
	{"vi", ACCEPT_WORK,
		"xin việc|ứng tuyển|hồ sơ cá nhân|tuyển dụng|thực tập|sơ "
		"yếu lý lịch"},
	{"vi", ACCEPT_SALES,
		"khuyến mãi|ưu đãi đặc biệt|hợp tác kinh doanh|chúng tôi "
		"cung cấp|quảng cáo|dịch vụ seo|tăng doanh số|hủy đăng ký"},
	{"vi", ACCEPT_PRAISE,
		"rất hài lòng|dịch vụ tuyệt vời|tuyệt vời|cảm ơn vì dịch "
		"vụ|khen ngợi|rất thích|chất lượng tốt"},

	{"fi", ACCEPT_DISCONTENT,
		"valitus*|valittaa|valitan|reklamaatio*|reklamoi*|"
		"pettyny*|pettymys*|tyytymät*|en ole tyytyväinen|"
		"emme ole tyytyväisiä|huono palvelu*|huonoa palvelu*|"
		"huonolaatui*|ala-arvoi*|kelvoton|kamala|surkea*|"
		"sietämätö*|ei ole hyväksyttäv*|törke*|järkyttäv*|harmittaa"},
	{"fi", ACCEPT_FAULT,
		"rikki|rikkoutu*|ei toimi|eivät toimi|ei käynnisty|"
		"viallinen|viallis*|vaurioitu*|vuotaa|haljennut|väärä "
		"tuote|väärän tuotteen|väärä koko|väärää|puuttuu|"
		"puuttui|homeessa|likai*|hajosi|hajonnut|lakkasi "
		"toimimasta|vika|vikaa|virheelli*|ei vastaa kuvausta|"
		"särkyny*|pilaantu*"},
	{"fi", ACCEPT_DELAY,
		"ei ole saapunut|ei ole tullut|ei tullut|en ole "
		"saanut|emme ole saaneet|ei ole toimitettu|odotan "
		"edelleen|odottanut|vieläkään|myöhässä|myöhästy*|ei "
		"vastausta|kukaan ei vastaa|kadonnut|viivästy*|"
		"toimittamatta|jonottanut"},
	{"fi", ACCEPT_AMENDS,
		"rahat takaisin|rahani takaisin|hyvity*|palautu*|"
		"korvau*|korvatkaa|uuden tuotteen|vaihtaa uuteen|"
		"anteeksipyyn*|korjatkaa|korjausta|vaadin|palauttakaa"},
	{"fi", ACCEPT_UNFAIR,
		"epäkohtelia*|töykeä*|kahteen kertaan|kaksi kertaa "
		"veloit*|väärä lasku|laskutettu väärin|liikaa|"
		"huijat*|huijau*|harhaanjohtav*|epäreilu*|"
		"kieltäyty*|piilokulu*|väärin"},
	{"fi", ACCEPT_QUESTION,
		"aukioloaja*|mihin aikaan|milloin olette|paljonko "
		"maksaa|mitä maksaa|onko teillä|löytyykö teiltä|hinnasto*|"
		"haluaisin tietää|haluaisin kysyä|mistä voi ostaa|"
		"kiinnostunut|varastossa|myyttekö|olisiko mahdollista"},
	{"fi", ACCEPT_TRADE,
		"tarjouspyyn*|tarjousta|ostotilau*|haluaisin tilata|"
		"lasku liitteenä|liitteenä lasku|kokou*|"
		"esityslista*|varata pöy*|pöytävarau*|uutiskirje*|"
		"tapaami*|sopimusluonno*"},
	{"fi", ACCEPT_WORK,
		"työhakemu*|ansioluettelo*|cv|hakemukseni|avoin "
		"työpaikka|harjoittelupaik*|haen töitä"},
	{"fi", ACCEPT_SALES,
		"yhteistyötarjou*|yhteistyöehdotu*|erikoistarjou*|"
		"tarjoamme|markkinointi*|hakukoneoptimoin*|peruuta "
		"tilaus|kasvata myyntiä|kampanja*"},
	{"fi", ACCEPT_PRAISE,
		"erinomainen palvelu|erinomaista palvelua|hyvää "
		"palvelua|erittäin tyytyväi*|todella tyytyväi*|kiitos "
		"hyvästä|kiitos erinomaisesta|kehut|kehua|kaikki "
		"toimii|suosittelen"},

	{"zh", ACCEPT_DISCONTENT,
		"投诉|投訴|不满|不滿|失望|不满意|不滿意|无法接受|無法接受|"
		"不能接受|太差|差劲|差勁|糟糕|生气|生氣|客诉|客訴|抱怨"},
	{"zh", ACCEPT_FAULT,
		"坏了|壞了|损坏|損壞|不能用|无法使用|無法使用|不工作|故障|"
		"破损|破損|漏水|漏电|漏電|发错|發錯|寄错|寄錯|少了|缺少|"
		"质量问题|質量問題|品质问题|品質問題|瑕疵|裂|发霉|發霉|"
		"与描述不符|與描述不符|不符|打不开|打不開|死机|死機|变质"},
	{"zh", ACCEPT_DELAY,
		"没收到|沒收到|未收到|还没|還沒|一直没有|一直沒有|没有回复|"
		"沒有回覆|没人回|沒人回|延误|延誤|迟到|遲到|拖延|丢失|遺失|"
		"等了|超时|超時|迟迟|遲遲|不回复|不回覆"},
	{"zh", ACCEPT_AMENDS,
		"退款|退钱|退錢|退货|退貨|换货|換貨|赔偿|賠償|补偿|補償|"
		"道歉|更换|更換|维修|維修|补发|補發"},
	{"zh", ACCEPT_UNFAIR,
		"多收|重复扣款|重複扣款|扣了两次|扣了兩次|乱收费|亂收費|"
		"态度恶劣|態度惡劣|态度差|態度差|骗|騙|误导|誤導|欺|"
		"不公平|推卸|不理"},
	{"zh", ACCEPT_QUESTION,
		"营业时间|營業時間|几点|幾點|多少钱|多少錢|价格表|價格表|"
		"请问有|請問有|有货|有貨|想了解|想咨询|想諮詢|咨询一下|"
		"哪里可以买|哪裡可以買|感兴趣|感興趣|报价|報價"},
	{"zh", ACCEPT_TRADE,
		"采购订单|採購訂單|想订购|想訂購|发票附件|附件发票|"
		"附件發票|会议|會議|议程|議程|预订|預訂|订位|訂位|合同草案|"
		"电子报|電子報"},
	{"zh", ACCEPT_WORK,
		"简历|簡歷|应聘|應聘|求职|求職|实习|實習|履历|履歷"},
	{"zh", ACCEPT_SALES,
		"促销|促銷|合作机会|合作機會|我们提供|我們提供|优惠活动|"
		"優惠活動|推广|推廣|seo|退订|退訂|厂家直销|廠家直銷"},
	{"zh", ACCEPT_PRAISE,
		"非常满意|非常滿意|很满意|很滿意|服务很好|服務很好|表扬|"
		"表揚|点赞|點讚|感谢你们的|感謝你們的|很喜欢|很喜歡"},

	{"el", ACCEPT_DISCONTENT,
		"παράπον*|παραπον*|διαμαρτυρ*|καταγγελία*|απογοητευ*|"
		"απογοήτευσ*|δυσαρεστημέν*|δυσαρέσκεια*|απαράδεκτ*|κακή "
		"εξυπηρέτηση|κακής ποιότητας|κακή ποιότητα|άθλι*|χάλια|"
		"δεν είμαι ικανοποιημέν*|εκνευρισ*|αίσχος|ντροπή"},
	{"el", ACCEPT_FAULT,
		"χαλασμέν*|χάλασε|δεν λειτουργεί|δε λειτουργεί|δεν "
		"δουλεύει|σπασμέν*|έσπασε|ελαττωματικ*|ελάττωμα*|βλάβη|"
		"διαρροή|λάθος προϊόν|λάθος μέγεθος|λάθος παραγγελία|"
		"λείπει|λείπουν|μούχλα*|βρώμικ*|κατεστραμμέν*|δεν "
		"ανάβει|στάζει|ζημιά"},
	{"el", ACCEPT_DELAY,
		"δεν έχω λάβει|δεν έλαβα|δεν παρέλαβα|δεν έφτασε|δεν έχει "
		"φτάσει|δεν ήρθε|ακόμα περιμένω|ακόμη περιμένω|"
		"περιμένω ακόμα|καθυστέρησ*|καθυστερ*|χωρίς απάντηση|"
		"καμία απάντηση|κανείς δεν απαντά|κανένας δεν|χάθηκε|"
		"εκκρεμεί"},
	{"el", ACCEPT_AMENDS,
		"επιστροφή χρημάτων|επιστροφή των χρημάτων|τα χρήματά μου|"
		"τα λεφτά μου|αποζημίωσ*|αντικατάσταση*|αντικαταστ*|"
		"συγγνώμη από|επισκευή|απαιτώ|αλλαγή του προϊόντος"},
	{"el", ACCEPT_UNFAIR,
		"αγενής|αγένεια|αγενέστατ*|χρεωθήκ*|χρέωση δύο φορές|"
		"διπλή χρέωση|χρεώσατε|λάθος λογαριασμ*|λάθος τιμολόγιο|"
		"απάτη|εξαπάτ*|παραπλαν*|άδικ*|αρνήθηκ*|αγνό*|κοροϊδ*"},
	{"el", ACCEPT_QUESTION,
		"ωράριο|ώρες λειτουργίας|τι ώρα|πόσο κοστίζει|πόσο "
		"κάνει|έχετε διαθέσιμ*|τιμοκατάλογο*|θα ήθελα να "
		"ρωτήσω|θα ήθελα να μάθω|θα ήθελα πληροφορίες|πού μπορώ "
		"να αγοράσω|ενδιαφέρομαι|είναι διαθέσιμο"},
	{"el", ACCEPT_TRADE,
		"προσφορά τιμής|θα ήθελα να παραγγείλω|επισυνάπτεται "
		"τιμολόγιο|συνημμένο τιμολόγιο|συνάντηση|σύσκεψη|ημερήσια "
		"διάταξη|κράτηση για|να κλείσω τραπέζι|"
		"ενημερωτικό δελτίο|σύμβαση"},
	{"el", ACCEPT_WORK,
		"βιογραφικ*|αίτηση εργασίας|θέση εργασίας|πρακτική "
		"άσκηση|υποψηφιότητα"},
	{"el", ACCEPT_SALES,
		"πρόταση συνεργασίας|ειδική προσφορά|προσφέρουμε|"
		"διαφήμισ*|προώθηση ιστοσελίδ*|seo|διαγραφή από τη "
		"λίστα|αυξήστε τις πωλήσεις"},
	{"el", ACCEPT_PRAISE,
		"εξαιρετική εξυπηρέτηση|άριστη εξυπηρέτηση|πολύ "
		"ικανοποιημέν*|συγχαρητήρια|σας ευχαριστώ για την "
		"εξαιρετική|όλα καλά|πολύ ευχαριστημέν*"},
};
