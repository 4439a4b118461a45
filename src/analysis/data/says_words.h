/*
 * Words of mails that need no answer: it is solved, thank you, goodbye; and the
 * words that turn them round.  Lower case, NFC, straight apostrophes; "*" at
 * the end stands for any ending.  The longest phrase that stands somewhere
 * counts, and of two as long the one further up.  Included by says.c only.
 */
enum says_class {
	SAYS_UNKNOWN,
	SAYS_SOLVED,
	SAYS_BARE,     /* solved, if a clause begins with it or its subject */
	SAYS_ARRIVED,  /* solved, if thanks go with it */
	SAYS_SUBJECT,  /* what it is about: says nothing against it */
	SAYS_THANKS,   /* thanks and goodbyes; a name may follow */
	SAYS_GREETING, /* a name may follow */
	SAYS_FILLER,
	SAYS_AGAINST, /* not, but, if, when, still, broken, please */
	SAYS_CLASSES,
};

typedef struct SaysWords SaysWords;
struct SaysWords {
	const char *language;
	enum says_class says;
	const char *phrases; /* parted by "|" */
};

static const SaysWords says_words[] = {
	{"en", SAYS_SOLVED,
		"is solved|is resolved|is settled|is sorted|is sorted out|"
		"is fixed|is cleared up|is taken care of|is dealt with|"
		"is now solved|is now resolved|is now settled|is now sorted|"
		"is now sorted out|is now fixed|is now cleared up|"
		"is now taken care of|is now dealt with|is all solved|"
		"is all resolved|is all settled|is all sorted|"
		"is all sorted out|is all fixed|is all cleared up|"
		"is all taken care of|is all dealt with|is already solved|"
		"is already resolved|is already settled|is already sorted|"
		"is already sorted out|is already fixed|"
		"is already cleared up|is already taken care of|"
		"is already dealt with|is finally solved|is finally resolved|"
		"is finally settled|is finally sorted|is finally sorted out|"
		"is finally fixed|is finally cleared up|"
		"is finally taken care of|is finally dealt with|"
		"has been solved|has been resolved|has been settled|"
		"has been sorted|has been sorted out|has been fixed|"
		"has been cleared up|has been taken care of|"
		"has been dealt with|has now been solved|"
		"has now been resolved|has now been settled|"
		"has now been sorted|has now been sorted out|"
		"has now been fixed|has now been cleared up|"
		"has now been taken care of|has now been dealt with|"
		"was solved|was resolved|was settled|was sorted|"
		"was sorted out|was fixed|was cleared up|was taken care of|"
		"was dealt with|are solved|are resolved|are settled|"
		"are sorted|are sorted out|are fixed|are cleared up|"
		"are taken care of|are dealt with|are now solved|"
		"are now resolved|are now settled|are now sorted|"
		"are now sorted out|are now fixed|are now cleared up|"
		"are now taken care of|are now dealt with|got solved|"
		"got resolved|got settled|got sorted|got sorted out|"
		"got fixed|got cleared up|got taken care of|got dealt with|"
		"it's solved|it's resolved|it's settled|it's sorted|"
		"it's sorted out|it's fixed|it's cleared up|"
		"it's taken care of|it's dealt with|it's now solved|"
		"it's now resolved|it's now settled|it's now sorted|"
		"it's now sorted out|it's now fixed|it's now cleared up|"
		"it's now taken care of|it's now dealt with|it's all solved|"
		"it's all resolved|it's all settled|it's all sorted|"
		"it's all sorted out|it's all fixed|it's all cleared up|"
		"it's all taken care of|it's all dealt with|that's solved|"
		"that's resolved|that's settled|that's sorted|"
		"that's sorted out|that's fixed|that's cleared up|"
		"that's taken care of|that's dealt with|that's all solved|"
		"that's all resolved|that's all settled|that's all sorted|"
		"that's all sorted out|that's all fixed|"
		"that's all cleared up|that's all taken care of|"
		"that's all dealt with|have been solved|have been resolved|"
		"have been settled|have been sorted|have been sorted out|"
		"have been fixed|have been cleared up|"
		"have been taken care of|have been dealt with|it works|"
		"it works now|works now|now works|it is working|is working|"
		"is working now|working now|works again|working again|"
		"works fine|works perfectly|works great|works well|"
		"works like a charm|everything works|all works|all good now|"
		"all is well now|everything is fine|everything is fine now|"
		"everything is ok|everything is ok now|all is fine|all is ok|"
		"everything is in order|all sorted|all good|you can close|"
		"you may close|you can now close|please close|"
		"feel free to close|can be closed|may be closed|"
		"can now be closed|go ahead and close|no longer a problem|"
		"no longer an issue|is gone now|consider this closed|"
		"consider it closed|consider the matter closed|"
		"consider this resolved|consider it solved"},
	{"en", SAYS_BARE,
		"solved|resolved|settled|sorted|sorted out|fixed|cleared up|"
		"taken care of|dealt with"},
	{"en", SAYS_ARRIVED,
		"refund has arrived|refund arrived|refund has come|"
		"refund came through|refund is here|refund received|"
		"received the refund|received my refund|received the money|"
		"received my money|money has arrived|money arrived|"
		"money is here|got my refund|got my money back|"
		"got the refund|got the money|replacement has arrived|"
		"replacement arrived|replacement is here|"
		"received the replacement|received my replacement|"
		"parcel has arrived|parcel arrived|package has arrived|"
		"package arrived|order has arrived|order arrived|"
		"received my order|received my parcel|received my package|"
		"received it"},
	{"en", SAYS_SUBJECT,
		"problem|issue|case|matter|ticket|complaint|thing|everything|"
		"all|now|today|yesterday|this morning|new|got|replacement|"
		"refund|money|parcel|package|order|sent|it's|finally|already|"
		"again|this|that|it|one|question is"},
	{"en", SAYS_THANKS,
		"thank you|thank you very much|thank you so much|"
		"thank you all|thanks|thanks a lot|thanks very much|"
		"thanks so much|thanks again|thank you again|many thanks|"
		"big thanks|thx|ty|thank u|cheers|much appreciated|bye|"
		"goodbye|good bye|i appreciate it|very kind of you|"
		"that is very kind|that's very kind"},
	{"en", SAYS_GREETING,
		"hi|hello|dear|dear all|hey|good morning|good afternoon|"
		"good evening|mr|mrs|ms|miss|sir|madam|team|kind regards|"
		"best regards|warm regards|regards|sincerely|yours sincerely|"
		"best wishes|all the best|have a nice day|have a great day|"
		"have a good day|have a nice weekend|have a great weekend|"
		"have a good weekend|take care|sent from my iphone|cheers"},
	{"en", SAYS_FILLER,
		"the|a|an|my|our|your|and|so|i|we|you|is|was|has|have|been|"
		"am|are|for|to|of course|with this|with my problem|"
		"with my case|with this issue|for solving|for fixing|"
		"for sorting|for everything|everything you did|"
		"for all your help|help|helping|support|reply|response|"
		"answer|assistance|effort*|time|service|great|good|perfect|"
		"excellent|wonderful|fantastic|brilliant|awesome|amazing|"
		"kind|kindness|kindly|very|really|happy|glad|pleased|quick|"
		"quickly|fast|prompt|promptly|patience|let you know|"
		"just wanted to say|i just wanted to say|wanted to say|"
		"just to say|say|nice|yes|ok|okay|fine|much|well|super|"
		"lovely|in advance|no need to reply|no further action|"
		"no further action is needed|no worries|just|from|me|us|at|"
		"on|in"},
	{"en", SAYS_AGAINST,
		"not|don't|doesn't|didn't|isn't|wasn't|hasn't|haven't|hadn't|"
		"won't|can't|couldn't|wouldn't|shouldn't|aren't|weren't|"
		"ain't|cannot|dont|doesnt|didnt|isnt|wasnt|hasnt|havent|wont|"
		"cant|no|none|nothing|never|nobody|neither|nor|without|"
		"hardly|barely|almost|nearly|partly|partially|half|only|"
		"except|apart from|but|however|although|though|yet|still|"
		"until|till|unless|if|once|when|whenever|after|before|"
		"as soon as|whether|should|would|could|will|may|might|must|"
		"shall|can|hope|hoping|expect*|want*|need*|demand*|requir*|"
		"wish|please|pls|why|how|what|where|who|which|thought|think|"
		"believe*|said|says|you say|told|claim*|suppos*|apparently|"
		"allegedly|instead|unfortunately|sadly|sorry|other|another|"
		"second|third|also|different|same|broken|broke|wrong|bad|"
		"worse|worst|fail*|damag*|defect*|leak*|missing|late|delay*|"
		"wait*|refus*|reject*|lawyer*|lie*|liar*|scam*|joke|"
		"ridiculous|useless|terrible|poor*|disappoint*|unhappy|angry|"
		"complain*|unsolved|unresolved|unacceptable|stop*|temporar*|"
		"sometimes|then|it works now and then|works now and then|"
		"one of|some of|most of|part of|later|soon|tomorrow|next|"
		"used to|reopen*|wonder*|maybe|perhaps|probably|seem*|"
		"appear*|question*|ask*|price*|invoice*|cancel*|charg*|"
		"again and again|empty|since|get it|getting|to be|while|"
		"for nothing|cheat*|steal*|stole*|lost|ruin*|destroy*|wast*|"
		"ignor*|insult*|shame*|worthless|whatever|idiot*|crook*|"
		"thief|thieves|fool*|moron*|jerk*|hell|shit|crap|dream*|like|"
		"badly|short|supposed"},
	{"et", SAYS_SOLVED,
		"on lahendatud|on nüüd lahendatud|sai lahendatud|"
		"sai lahenduse|lahenes|on lahenenud|lahendatud sai|"
		"töötab nüüd|nüüd töötab|kõik töötab|töötab jälle|"
		"töötab taas|töötab hästi|töötab ideaalselt|see töötab|"
		"sai korda|on korras|on nüüd korras|kõik korras|"
		"kõik on korras|nüüd on korras|võite sulgeda|võib sulgeda|"
		"võite pöördumise sulgeda|võite kaebuse sulgeda|"
		"palun sulgege|sai parandatud|on parandatud|mure lahenes"},
	{"et", SAYS_BARE, "lahendatud|lahenenud|korras|parandatud"},
	{"et", SAYS_ARRIVED,
		"raha laekus|raha on laekunud|raha jõudis kohale|"
		"raha on käes|raha tuli|tagasimakse laekus|"
		"tagasimakse on laekunud|tagasimakse jõudis kohale|"
		"raha sain kätte|sain raha kätte|sain raha tagasi|"
		"pakk jõudis kohale|pakk on käes|sain paki kätte|sain kätte|"
		"jõudis kohale"},
	{"et", SAYS_SUBJECT,
		"probleem|mure|kaebuse|pöördumise|pileti|asi|kõik|nüüd|"
		"kaebus|juhtum|pöördumine|lugu|raha|pakk|uus|täna|eile|"
		"lõpuks|see|toode|veekeetja"},
	{"et", SAYS_THANKS,
		"aitäh|suur aitäh|aitäh teile|aitähh|aitüma|tänan|tänan väga|"
		"tänan teid|täname|tänud|suured tänud|suur tänu|tänu|"
		"olen tänulik|head aega|nägemist|tšau|tänan südamest|"
		"palju tänu"},
	{"et", SAYS_GREETING,
		"tere|tervist|hei|tere päevast|tere hommikust|tere õhtust|"
		"hommikust|lugupeetud|hea|kallis|härra|proua|tervitades|"
		"tervitustega|parimate soovidega|parimat|lugupidamisega|"
		"heade soovidega|kõike head|head päeva|ilusat päeva|"
		"kena päeva|kaunist päeva|head nädalavahetust|"
		"ilusat nädalavahetust|ilusat õhtut"},
	{"et", SAYS_FILLER,
		"abi eest|kiire|kiiresti|vastuse eest|vastus|vastuse|abi|"
		"teie|teile|teid|eest|toreda|meeldiva|teeninduse|mõistmise|"
		"selle|ka|ja|on|ma|olen|väga|rahul|hästi|super|tore|ilus|jah|"
		"jaa|ok|lahenduse|lahendamise|kõige|suure|mulle|minu|mu|aja|"
		"vastutulelikkuse|ning"},
	{"et", SAYS_AGAINST,
		"ei|pole|polnud|mitte|aga|kuid|ent|siiski|ikka|ikkagi|"
		"endiselt|veel|kui|juhul|niipea|siis kui|kas|millal|miks|"
		"kuidas|mis|arvasin|lootsin|loodan|väidate|väitsite|ütlesite|"
		"öeldi|vaid|ainult|osaliselt|pooleldi|peaaegu|peaks|võiks|"
		"tahan|soovin|nõuan|palun|katki|lekib|vale|puudu|puudub|"
		"uuesti|jälle|teine|kuni|enne|pärast|ilma|kahjuks|petis*|"
		"petmi*|halb|halva|hilin*|lahendamata|parandage|lahendage|"
		"saatke|ootan|vaja|küsimus*|midagi|muu|ajutiselt|mõnikord|"
		"vahel|eest mitte|tühi|idioo*|loll*|varga*|vargad|raisk*"},
	{"fi", SAYS_SOLVED,
		"on ratkaistu|on ratkennut|ratkesi|on nyt ratkaistu|"
		"on selvinnyt|selvisi|on hoidettu|on kunnossa|"
		"on nyt kunnossa|kaikki kunnossa|kaikki on kunnossa|"
		"tuli kuntoon|saatiin kuntoon|on korjattu|toimii nyt|"
		"nyt toimii|nyt se toimii|kaikki toimii|toimii taas|"
		"toimii hyvin|toimii moitteettomasti|se toimii|voitte sulkea|"
		"voit sulkea|tiketin voi sulkea|tapauksen voi sulkea|"
		"asian voi sulkea|voi sulkea|asia kunnossa|"
		"asia on hoidossa ja kunnossa"},
	{"fi", SAYS_BARE,
		"ratkaistu|ratkennut|kunnossa|hoidettu|selvinnyt|korjattu"},
	{"fi", SAYS_ARRIVED,
		"rahat tulivat|rahat saapuivat|rahat ovat tulleet|"
		"rahat on tullut|hyvitys tuli|hyvitys saapui|"
		"hyvitys on tullut|hyvitys on saapunut|palautus on saapunut|"
		"palautus tuli|sain rahat|sain rahani takaisin|"
		"paketti saapui|paketti tuli|paketti on saapunut|"
		"sain paketin|tuote saapui"},
	{"fi", SAYS_SUBJECT,
		"ongelma|ongelman|tapauksen|tiketin|asian|valituksen|"
		"reklamaation|pyynnön|ongelmani|asia|asiani|kaikki|nyt|"
		"valitus|tapaus|vika|rahat|paketti|uusi|tänään|eilen|vihdoin|"
		"tuote|se|tämä|vedenkeitin"},
	{"fi", SAYS_THANKS,
		"kiitos|kiitokset|suuri kiitos|suuret kiitokset|suurkiitos|"
		"kiitos paljon|paljon kiitoksia|kiitoksia|kiitti|kiitän|"
		"kiitämme|tuhannet kiitokset|näkemiin|hei hei|moi moi|"
		"tosi paljon kiitoksia|lämmin kiitos"},
	{"fi", SAYS_GREETING,
		"hei|moi|moikka|terve|huomenta|hyvää huomenta|päivää|"
		"hyvää päivää|hyvää iltaa|hyvä|arvoisa|herra|rouva|terveisin|"
		"ystävällisin terveisin|parhain terveisin|terveiset|"
		"hyvää päivänjatkoa|hyvää viikonloppua|mukavaa päivää|"
		"mukavaa viikonloppua|hyvää päivän jatkoa|kaikkea hyvää"},
	{"fi", SAYS_FILLER,
		"avusta|avustasi|avustanne|nopeasta|vastauksesta|"
		"vastauksestanne|vastauksestasi|palvelusta|hyvästä|"
		"erinomaisesta|ystävällisestä|kaikesta|teille|sinulle|tästä|"
		"ja|on|olen|erittäin|todella|tosi|hyvin|hyvä|hienoa|mahtavaa|"
		"loistavaa|super|kyllä|joo|ok|ratkaisusta|vaivannäöstä|"
		"ajastanne|oikein|paljon|minä|minun|kaunis|avun|"
		"asian hoitamisesta|hoitamisesta|nopeaa|palvelua|palvelu"},
	{"fi", SAYS_AGAINST,
		"ei|en|eivät|emme|ette|et|eikä|enkä|mutta|kuitenkin|vaan|"
		"vielä|yhä|edelleen|vieläkään|jos|kun|kunhan|milloin|miksi|"
		"miten|missä|mikä|mitä|onko|luulin|toivon|toivottavasti|"
		"väitätte|sanoitte|sanottiin|vain|osittain|puoliksi|melkein|"
		"pitäisi|voisi|haluan|vaadin|pyydän|rikki|vuotaa|väärä|"
		"puuttuu|uudelleen|toinen|ennen|jälkeen|ilman|valitettavasti|"
		"huijar*|huono|huonosta|myöhässä|ratkaisematta|korjatkaa|"
		"ratkaiskaa|lähettäkää|odotan|tarvitsen|kysymys|kysyisin|"
		"väliaikaisesti|joskus|tyhjä|ennenkuin|paitsi|idioot*|"
		"varkaat|paska*"},
	{"vi", SAYS_SOLVED,
		"đã được giải quyết|đã giải quyết|đã giải quyết xong|"
		"được giải quyết rồi|giải quyết xong|giải quyết xong rồi|"
		"đã xong|xong rồi|đã ổn|ổn rồi|đã hoạt động|hoạt động lại|"
		"hoạt động bình thường|đã hoạt động bình thường|"
		"hoạt động tốt|đã hoạt động tốt|dùng được rồi|đã dùng được|"
		"đã sửa xong|sửa xong rồi|có thể đóng|đóng yêu cầu giúp|"
		"hãy đóng yêu cầu|đã khắc phục|đã được khắc phục|"
		"da duoc giai quyet|da giai quyet xong"},
	{"vi", SAYS_BARE, "đã giải quyết|giải quyết xong|giải quyết rồi"},
	{"vi", SAYS_ARRIVED,
		"đã nhận được tiền|nhận được tiền rồi|đã nhận tiền|"
		"tiền đã về|đã nhận được tiền hoàn|"
		"đã nhận được khoản hoàn tiền|tiền hoàn đã về|"
		"đã nhận được hàng|đã nhận hàng|đã nhận được hàng mới|"
		"đã nhận được sản phẩm|hàng đã về|hàng đã tới|"
		"đã nhận được tiền hoàn lại"},
	{"vi", SAYS_SUBJECT,
		"vấn đề|việc|sự cố|khiếu nại|yêu cầu|bây giờ|giờ|hôm nay|"
		"hôm qua|mọi thứ|mọi việc|tất cả|này|rồi|đã|máy|hàng|tiền|"
		"mới|của tôi|sản phẩm"},
	{"vi", SAYS_THANKS,
		"cảm ơn|cám ơn|xin cảm ơn|xin cám ơn|cảm ơn bạn|"
		"cảm ơn rất nhiều|cảm ơn nhiều|cảm ơn bạn rất nhiều|"
		"cảm ơn các bạn|cảm ơn shop|chân thành cảm ơn|"
		"xin chân thành cảm ơn|rất cảm ơn|cam on|cam on ban|"
		"cam on nhieu|tạm biệt|thanks"},
	{"vi", SAYS_GREETING,
		"chào|xin chào|chào bạn|kính gửi|anh|chị|em|bạn|các bạn|ông|"
		"bà|thân|thân mến|trân trọng|chúc một ngày tốt lành|"
		"chúc bạn một ngày tốt lành|chúc ngày lành|chúc sức khỏe"},
	{"vi", SAYS_FILLER,
		"tôi|mình|nhiều|rất|lắm|ạ|nhé|nha|vì|đã giúp đỡ|đã giúp|"
		"đã hỗ trợ|đã hỗ trợ tôi|đã giúp tôi|sự giúp đỡ|sự hỗ trợ|"
		"giúp đỡ|hỗ trợ|nhanh chóng|nhiệt tình|và|vâng|dạ|tốt|"
		"tuyệt vời|quá|phản hồi|đã phản hồi|của bạn|được|quý công ty|"
		"công ty|vui|hài lòng|thật|là|thì|chúng tôi|đội ngũ|về|cho"},
	{"vi", SAYS_AGAINST,
		"không|chưa|chẳng|đừng|nhưng|tuy nhiên|tuy|vẫn|vẫn còn|"
		"vẫn chưa|còn|nếu|khi|khi nào|bao giờ|sau khi|trước khi|sao|"
		"tại sao|thế nào|gì|tưởng|nghĩ|hy vọng|mong|bảo là|nói là|"
		"bạn nói|chỉ|một phần|gần như|nên|phải|cần|muốn|yêu cầu các|"
		"hỏng|hư|bị|sai|thiếu|lại bị|lỗi|mất|chậm|trễ|đợi|chờ|lừa|"
		"lừa đảo|tệ|kém|thất vọng|vui lòng|làm ơn|hãy|tạm thời|"
		"thỉnh thoảng|khác|nữa|lần nữa|nhưng mà|mà|hay chưa|chua|"
		"khong|nhung|neu|cảm ơn vì đã không|ngu|khốn|cướp"},
	{"zh", SAYS_SOLVED,
		"已解决|已经解决|解决了|已經解決|已解決|解決了|搞定了|处理好了|"
		"處理好了|已处理好|弄好了|修好了|可以用了|"
		"能用了|正常了|现在正常|恢复正常|恢復正常|可以关闭|可以關閉|"
		"请关闭|請關閉|可以结案|可以結案|没问题了|"
		"沒問題了|没有问题了|沒有問題了"},
	{"zh", SAYS_BARE, "解决|解決"},
	{"zh", SAYS_ARRIVED,
		"退款已收到|退款收到了|收到退款了|收到退款|已收到退款|"
		"已经收到退款|钱收到了|钱已收到|款已到账|退款已到账|"
		"退款到账了|退款已经到账|已到账|錢收到了|包裹收到了|收到包裹了|"
		"收到货了|已收到货|收到新的了|退款已到帳|收到了"},
	{"zh", SAYS_SUBJECT,
		"问题|問題|事情|投诉|投訴|工单|案件|现在|現在|今天|昨天|已经|"
		"已經|终于|終於|都|我的|我|一切|全部|"
		"退款|钱|新的|东西|這個|这个"},
	{"zh", SAYS_THANKS,
		"谢谢|謝謝|感谢|感謝|多谢|多謝|非常感谢|非常感謝|十分感谢|"
		"谢谢你|谢谢您|謝謝您|谢谢你们|謝謝你們|谢谢大家|"
		"感谢您|感谢你们|再见|再見|拜拜|谢了|辛苦了|您辛苦了|太感谢了|"
		"衷心感谢"},
	{"zh", SAYS_GREETING,
		"您好|你好|先生|女士|小姐|经理|經理|老师|客服|亲|此致|敬礼|"
		"敬禮|祝好|祝您生活愉快|祝工作顺利|"
		"祝您工作顺利|早上好|下午好|晚上好|尊敬的"},
	{"zh", SAYS_FILLER,
		"的帮助|的幫助|帮助|幫助|的支持|支持|的回复|回复|的服务|服务|"
		"服務|的耐心|耐心|您的|你的|你们的|您|你|"
		"你们|了|啊|哦|呀|啦|很|非常|好的|好|是的|快速|及时|及時|对|為|"
		"为|和|及|也|很好|很棒|太好了|满意|"
		"滿意"},
	{"zh", SAYS_AGAINST,
		"不|没|沒|没有|沒有|未|无法|無法|但|但是|可是|不过|不過|然而|"
		"却|还|還|仍|依然|如果|若|要是|等|"
		"的话|之后|才|吗|嗎|呢|什么|什麼|怎么|怎麼|为什么|何时|以为|"
		"以為|希望|你说|你们说|据说|只|部分|一半|"
		"差不多|应该|應該|必须|必須|需要|想要|要求|请|請|坏|壞|错|錯|"
		"漏|缺|又|再次|另|别的|骗|騙|差|慢|"
		"垃圾|失望|暂时|暫時|有时|麻烦|麻煩|能不能|可否|是否|几个|之一|"
		"除了|空的|假的|难道|算了|白痴|混蛋|"
		"小偷"},
	{"el", SAYS_SOLVED,
		"λύθηκε|έχει λυθεί|έχει επιλυθεί|επιλύθηκε|τακτοποιήθηκε|"
		"έχει τακτοποιηθεί|διευθετήθηκε|διορθώθηκε|λειτουργεί τώρα|"
		"τώρα λειτουργεί|λειτουργεί κανονικά|λειτουργεί ξανά|"
		"λειτουργεί άψογα|δουλεύει τώρα|τώρα δουλεύει|"
		"δουλεύει κανονικά|όλα εντάξει|όλα καλά|είναι εντάξει τώρα|"
		"όλα λειτουργούν|μπορείτε να κλείσετε|"
		"μπορείτε να το κλείσετε|μπορεί να κλείσει|παρακαλώ κλείστε|"
		"λυθηκε"},
	{"el", SAYS_BARE, "λύθηκε|τακτοποιήθηκε"},
	{"el", SAYS_ARRIVED,
		"τα χρήματα ήρθαν|ήρθαν τα χρήματα|έλαβα τα χρήματα|"
		"έλαβα την επιστροφή|πήρα τα χρήματα|"
		"η επιστροφή χρημάτων ήρθε|έλαβα το δέμα|το δέμα ήρθε|"
		"έλαβα την παραγγελία|η επιστροφή έγινε|τα χρήματα μπήκαν|"
		"έλαβα την επιστροφή χρημάτων"},
	{"el", SAYS_SUBJECT,
		"το πρόβλημα|πρόβλημα|το θέμα|θέμα|τώρα|σήμερα|χθες|όλα|"
		"υπόθεση|παράπονο|επιτέλους|χρήματα|δέμα|το ζήτημα|αυτό"},
	{"el", SAYS_THANKS,
		"ευχαριστώ|ευχαριστω|ευχαριστώ πολύ|ευχαριστω πολυ|"
		"σας ευχαριστώ|σας ευχαριστώ πολύ|σας ευχαριστώ θερμά|"
		"ευχαριστούμε|ευχαριστούμε πολύ|χίλια ευχαριστώ|αντίο|γεια|"
		"να είστε καλά|νάστε καλά|πολλές ευχαριστίες"},
	{"el", SAYS_GREETING,
		"γεια σας|γεια σου|γειά σας|καλημέρα|καλησπέρα|καληνύχτα|"
		"χαίρετε|αγαπητή|αγαπητέ|αγαπητοί|κύριε|κυρία|κα|κ|"
		"με εκτίμηση|φιλικά|καλή συνέχεια|καλό σαββατοκύριακο|"
		"καλή σας μέρα|καλή σας ημέρα|καλό απόγευμα|καλό βράδυ"},
	{"el", SAYS_FILLER,
		"για|τη|την|το|τον|βοήθεια|βοήθειά|σας|σου|μου|απάντηση|"
		"άμεση|γρήγορη|εξυπηρέτηση|όλα όσα|πάρα|πολύ|και|ναι|εντάξει|"
		"οκ|τέλεια|υπέροχα|εξαιρετική|υποστήριξη|υπομονή|χρόνο|"
		"ενδιαφέρον|είμαι|ευχαριστημένος|ευχαριστημένη|όλους|η|ο|από|"
		"θερμά|καρδιάς"},
	{"el", SAYS_AGAINST,
		"δεν|δε|μη|μην|όχι|ούτε|ποτέ|τίποτα|τίποτε|αλλά|αλλα|όμως|"
		"ωστόσο|ακόμα|ακόμη|αν|εάν|όταν|μόλις|αφού|πριν|μετά|πότε|"
		"γιατί|πώς|πως|τι|ποιος|νόμιζα|πίστευα|ελπίζω|λέτε|είπατε|"
		"μου είπαν|μόνο|εν μέρει|σχεδόν|πρέπει|θέλω|απαιτώ|θα|"
		"χρειάζομαι|παρακαλώ|χάλασε|χαλασμέν*|σπασμέν*|λάθος|λείπει|"
		"πάλι|ξανά χαλ*|άλλο|άλλη|χωρίς|δυστυχώς|απατεώνες|απάτη|"
		"κακή|κακό|χάλια|άλυτο|περιμένω|στείλτε|λύστε|προσωρινά|"
		"μερικές φορές|να λυθεί|εκτός|κοροϊδία|ηλίθι*|κλέφτ*"},
	{"de", SAYS_SOLVED,
		"ist gelöst|ist jetzt gelöst|wurde gelöst|hat sich gelöst|"
		"hat sich erledigt|hat sich geklärt|ist erledigt|ist geklärt|"
		"ist behoben|wurde behoben|ist in ordnung|alles in ordnung|"
		"alles gut|alles bestens|funktioniert jetzt|"
		"funktioniert wieder|jetzt funktioniert|es funktioniert|"
		"alles funktioniert|geht jetzt|geht wieder|läuft wieder|"
		"sie können das ticket schließen|"
		"ticket kann geschlossen werden|kann geschlossen werden|"
		"können sie schließen|bitte schließen"},
	{"de", SAYS_BARE, "gelöst|erledigt|geklärt|behoben"},
	{"de", SAYS_ARRIVED,
		"geld ist da|geld ist angekommen|geld ist eingegangen|"
		"geld erhalten|geld ist zurück|rückerstattung ist da|"
		"rückerstattung ist angekommen|"
		"rückerstattung ist eingegangen|erstattung ist angekommen|"
		"erstattung ist eingegangen|erstattung erhalten|paket ist da|"
		"paket ist angekommen|paket erhalten|ersatz ist angekommen|"
		"ersatz ist da"},
	{"de", SAYS_SUBJECT,
		"problem|sache|fall|angelegenheit|thema|alles|jetzt|nun|"
		"endlich|ticket|beschwerde|anliegen|geld|paket|heute|gestern|"
		"neue|es"},
	{"de", SAYS_THANKS,
		"danke|danke schön|dankeschön|vielen dank|herzlichen dank|"
		"besten dank|tausend dank|danke sehr|danke vielmals|"
		"ich danke ihnen|wir danken ihnen|ich bedanke mich|"
		"auf wiedersehen|tschüss|lieben dank|ganz herzlichen dank|"
		"danke nochmals"},
	{"de", SAYS_GREETING,
		"hallo|guten tag|guten morgen|guten abend|liebe|lieber|"
		"liebes|frau|herr|herrn|team|damen und herren|sehr geehrte|"
		"sehr geehrter|mit freundlichen grüßen|mfg|viele grüße|"
		"liebe grüße|freundliche grüße|beste grüße|lg|schönen tag|"
		"schönen tag noch|schönes wochenende|einen schönen tag"},
	{"de", SAYS_FILLER,
		"für|die|der|das|den|ihre|ihren|deine|eure|hilfe|schnelle|"
		"schnellen|antwort|unterstützung|rückmeldung|service|tolle|"
		"tollen|super|prima|toll|sehr|und|ich|bin|zufrieden|ja|ok|"
		"mühe|nette|freundliche|nochmals|wir|sie|ist|war|mir|haben|"
		"geholfen|bemühungen|geduld|auch"},
	{"de", SAYS_AGAINST,
		"nicht|nichts|kein*|nie|niemals|aber|jedoch|trotzdem|dennoch|"
		"allerdings|noch|immer noch|wenn|falls|sobald|ob|wann|warum|"
		"wie|was|wo|dachte|hoffe|angeblich|sagten|behaupten|nur|"
		"teilweise|fast|halb|sollte|müssen|muss|will|möchte|fordere|"
		"verlange|werden|wird|kaputt|falsch|defekt|fehlt|undicht|"
		"wieder kaputt|andere*|bevor|nachdem|bis|ohne|leider|betrug|"
		"betrüger|verarsch*|schlecht*|spät|ungelöst|lösen|schicken|"
		"warte|brauche|frage|vorübergehend|manchmal|bitte|außer|"
		"sondern|leere|idiot*|dieb*"},
	{"fr", SAYS_SOLVED,
		"est résolu|est réglé|est résolue|est réglée|a été résolu|"
		"a été réglé|est maintenant résolu|tout est réglé|"
		"tout est en ordre|tout est rentré dans l'ordre|c'est réglé|"
		"c'est résolu|c'est bon|ça marche|ça marche maintenant|"
		"ça fonctionne|fonctionne maintenant|fonctionne à nouveau|"
		"marche maintenant|marche à nouveau|tout fonctionne|"
		"tout marche|vous pouvez clore|vous pouvez clôturer|"
		"vous pouvez fermer|peut être clos|peut être fermé"},
	{"fr", SAYS_BARE, "résolu|réglé|problème résolu|problème réglé"},
	{"fr", SAYS_ARRIVED,
		"j'ai reçu le remboursement|j'ai bien reçu le remboursement|"
		"remboursement est arrivé|remboursement reçu|"
		"j'ai reçu mon argent|j'ai été remboursé|j'ai été remboursée|"
		"colis est arrivé|j'ai reçu le colis|j'ai bien reçu le colis|"
		"j'ai bien reçu mon colis"},
	{"fr", SAYS_SUBJECT,
		"problème|affaire|dossier|tout|maintenant|enfin|ticket|"
		"réclamation|remboursement|colis|aujourd'hui|hier|litige|"
		"c'est|nouveau"},
	{"fr", SAYS_THANKS,
		"merci|merci beaucoup|merci bien|merci à vous|merci à tous|"
		"mille mercis|un grand merci|grand merci|je vous remercie|"
		"nous vous remercions|au revoir|merci infiniment|"
		"merci encore|avec mes remerciements|je vous en remercie"},
	{"fr", SAYS_GREETING,
		"bonjour|bonsoir|salut|madame|monsieur|messieurs|mesdames|"
		"cher|chère|chers|cordialement|bien cordialement|bien à vous|"
		"sincèrement|bonne journée|bonne soirée|bon week-end|"
		"bonne fin de journée|équipe|très bonne journée"},
	{"fr", SAYS_FILLER,
		"pour|votre|vos|ton|aide|réponse|rapide|rapidité|soutien|"
		"efficacité|service|gentillesse|de|la|le|l'aide|et|très|je|"
		"suis|satisfait|satisfaite|oui|ok|parfait|super|génial|temps|"
		"excellent|à|toute|l'équipe|vous|beaucoup|est|patience|"
		"compréhension|d'avoir résolu|encore merci|votre réactivité"},
	{"fr", SAYS_AGAINST,
		"ne|n'est|n'a|n'ai|pas|plus|rien|jamais|aucun|aucune|mais|"
		"cependant|toutefois|pourtant|encore|toujours|si|quand|"
		"lorsque|dès|une fois|pourquoi|comment|quel|quelle|que|"
		"pensais|croyais|espère|dites|disiez|dit|seulement|"
		"partiellement|presque|doit|devrait|veux|voudrais|exige|sera|"
		"cassé|cassée|faux|mauvais|manque|fuit|autre|avant|après|"
		"sans|malheureusement|arnaque*|retard|attends|besoin|"
		"question|s'il|svp|temporairement|parfois|sauf|à moitié|nul|"
		"vide|envoyez|avez|idiot*|voleur*|escroc*"},
	{"es", SAYS_SOLVED,
		"está resuelto|está solucionado|ya está resuelto|"
		"ya está solucionado|ha sido resuelto|ha sido solucionado|"
		"se ha resuelto|se ha solucionado|se resolvió|se solucionó|"
		"quedó resuelto|quedó solucionado|ya funciona|ahora funciona|"
		"funciona bien|funciona de nuevo|funciona perfectamente|"
		"todo funciona|todo está bien|todo en orden|todo bien|"
		"pueden cerrar|puede cerrar|podéis cerrar|se puede cerrar"},
	{"es", SAYS_BARE, "resuelto|solucionado|arreglado"},
	{"es", SAYS_ARRIVED,
		"he recibido el reembolso|recibí el reembolso|"
		"el reembolso llegó|el reembolso ha llegado|"
		"reembolso recibido|he recibido el dinero|recibí el dinero|"
		"ya recibí el dinero|ya me llegó el dinero|recibí el paquete|"
		"he recibido el paquete|llegó el paquete|el paquete llegó|"
		"el paquete ha llegado"},
	{"es", SAYS_SUBJECT,
		"problema|asunto|caso|tema|todo|ya|ahora|por fin|reclamación|"
		"queja|incidencia|dinero|paquete|hoy|ayer|nuevo"},
	{"es", SAYS_THANKS,
		"gracias|muchas gracias|mil gracias|muchísimas gracias|"
		"gracias por todo|muy agradecido|muy agradecida|adiós|"
		"hasta luego|le agradezco|les agradezco|os agradezco|"
		"se lo agradezco"},
	{"es", SAYS_GREETING,
		"hola|buenos días|buenas tardes|buenas noches|buenas|señor|"
		"señora|sr|sra|estimado|estimada|estimados|querido|saludos|"
		"un saludo|saludos cordiales|atentamente|cordialmente|equipo|"
		"un abrazo|que tenga un buen día|buen día|buen fin de semana"},
	{"es", SAYS_FILLER,
		"por|su|tu|vuestra|la|el|los|las|ayuda|respuesta|rápida|"
		"rápido|apoyo|atención|servicio|excelente|y|muy|estoy|"
		"contento|contenta|satisfecho|satisfecha|sí|ok|perfecto|"
		"genial|tiempo|paciencia|a|todos|amabilidad|rapidez|"
		"todo su apoyo|me|con|de|en|gestión"},
	{"es", SAYS_AGAINST,
		"no|nada|nunca|ningún|ninguno|ninguna|tampoco|pero|"
		"sin embargo|aunque|todavía|aún|sigue|siguen|si|cuando|"
		"cuándo|una vez|en cuanto|por qué|cómo|qué|creía|pensaba|"
		"pensé|espero|dicen|dijeron|sólo|solo|parcialmente|casi|debe|"
		"debería|quiero|exijo|necesito|será|roto|rota|mal|malo|mala|"
		"falta|otro|otra|antes|después|sin|lamentablemente|estafa*|"
		"tarde|espera|pregunta|por favor|temporalmente|a veces|"
		"excepto|hasta|vacío|envíen|idiota*|ladr*"},
	{"ru", SAYS_SOLVED,
		"проблема решена|вопрос решен|вопрос решён|всё решено|"
		"все решено|уже решено|решилось|решился|решилась|"
		"всё работает|все работает|теперь работает|уже работает|"
		"снова работает|заработало|заработал|работает отлично|"
		"работает нормально|всё в порядке|все в порядке|всё хорошо|"
		"все хорошо|можете закрыть|можете закрывать|можно закрыть|"
		"можно закрывать|закройте заявку|закройте обращение|"
		"был решен|был решён|устранена|устранено"},
	{"ru", SAYS_BARE, "решено|решена|решён|решен|исправлено|устранено"},
	{"ru", SAYS_ARRIVED,
		"деньги пришли|деньги поступили|деньги получил|"
		"деньги получила|получил деньги|получила деньги|"
		"деньги вернули|деньги вернулись|возврат пришёл|"
		"возврат пришел|возврат получен|посылка пришла|"
		"посылку получил|посылку получила|получил посылку|"
		"получила посылку|заказ получил|заказ получила|заказ пришёл|"
		"заказ пришел"},
	{"ru", SAYS_SUBJECT,
		"проблема|вопрос|всё|все|дело|теперь|уже|наконец|наконец-то|"
		"жалоба|заявка|обращение|деньги|посылка|сегодня|вчера|новый"},
	{"ru", SAYS_THANKS,
		"спасибо|большое спасибо|спасибо большое|огромное спасибо|"
		"спасибо огромное|спасибо вам|благодарю|благодарю вас|"
		"благодарим|благодарна|благодарен|до свидания|всего доброго|"
		"всего хорошего|спасибо ещё раз|спасибо еще раз"},
	{"ru", SAYS_GREETING,
		"здравствуйте|добрый день|доброе утро|добрый вечер|привет|"
		"уважаемый|уважаемая|уважаемые|с уважением|хорошего дня|"
		"хороших выходных|удачи|приятного дня|господин|госпожа|"
		"доброго дня|команда"},
	{"ru", SAYS_FILLER,
		"за|вашу|ваш|помощь|быстрый|быструю|ответ|поддержку|"
		"оперативность|вам|вас|и|очень|я|да|ок|хорошо|отлично|супер|"
		"работу|терпение|понимание|от|души|отличный|сервис|решение|"
		"внимание|доволен|довольна|большое|еще раз|ещё раз|мне|"
		"команде"},
	{"ru", SAYS_AGAINST,
		"не|нет|ни|никогда|ничего|но|однако|хотя|ещё|еще|всё ещё|"
		"все еще|до сих пор|если|когда|как только|после|перед|пока|"
		"почему|как|что|где|думал|думала|надеюсь|говорите|сказали|"
		"якобы|только|частично|почти|должн*|хочу|требую|нужно|надо|"
		"будет|сломан*|сломал*|неправильн*|плохо|плохой|течёт|течет|"
		"отсутств*|опять|снова не|другой|другая|без|к сожалению|"
		"обман*|мошенни*|опозда*|жду|пожалуйста|временно|иногда|"
		"кроме|нерешен*|решите|исправьте|верните|пришлите|вопросы|ли|"
		"а|пустая|зря|идиот*|вор|воры"},
	{"sv", SAYS_SOLVED,
		"är löst|är nu löst|har löst sig|har lösts|löste sig|"
		"är åtgärdat|är fixat|är ordnat|är klart|allt är klart|"
		"allt är bra|allt är bra nu|allt är i ordning|fungerar nu|"
		"fungerar igen|funkar nu|funkar igen|nu fungerar|nu funkar|"
		"allt fungerar|det fungerar|ni kan stänga|du kan stänga|"
		"kan stängas|ärendet kan avslutas|ni kan avsluta"},
	{"sv", SAYS_BARE, "löst|fixat|åtgärdat|ordnat"},
	{"sv", SAYS_ARRIVED,
		"pengarna har kommit|pengarna kom|har fått pengarna|"
		"fått pengarna|fått tillbaka pengarna|"
		"återbetalningen har kommit|återbetalningen kom|"
		"paketet har kommit|paketet kom|har fått paketet|"
		"fått paketet|fick pengarna|fick paketet"},
	{"sv", SAYS_SUBJECT,
		"problemet|problem|ärendet|allt|nu|saken|äntligen|"
		"reklamationen|pengarna|paketet|idag|igår|ny|det|jag har"},
	{"sv", SAYS_THANKS,
		"tack|tack så mycket|tackar|stort tack|tusen tack|många tack|"
		"tack för hjälpen|tack för allt|hej då|hejdå|adjö|"
		"tack så hemskt mycket|varmt tack|tack ska ni ha|"
		"tack ska du ha"},
	{"sv", SAYS_GREETING,
		"hej|hejsan|god morgon|god dag|kära|bästa|hälsningar|"
		"vänliga hälsningar|med vänlig hälsning|"
		"med vänliga hälsningar|mvh|ha en bra dag|ha en trevlig dag|"
		"trevlig helg|ha en fin dag|god kväll|herr|fru"},
	{"sv", SAYS_FILLER,
		"för|er|din|ert|ditt|hjälp|hjälpen|snabb|snabba|snabbt|svar|"
		"svaret|stöd|service|bra|utmärkt|toppen|mycket|och|jag|är|"
		"nöjd|ja|ok|så|perfekt|jättebra|vi|alla|den|tålamod|"
		"bemötande"},
	{"sv", SAYS_AGAINST,
		"inte|ej|inget|ingen|inga|aldrig|men|dock|fortfarande|ännu|"
		"om|när|så snart|efter|innan|varför|hur|vad|trodde|hoppas|"
		"påstår|sa|bara|delvis|nästan|bör|ska|måste|vill|kräver|"
		"behöver|trasig|trasigt|fel|saknas|läcker|annan|annat|utan|"
		"tyvärr|bedrägeri|bedragare|dålig|dåligt|sen|sent|väntar|"
		"snälla|fråga|tillfälligt|ibland|igen trasig|förutom|tills|"
		"olöst|tom|tomt|skicka|idiot*|tjuv*"},
	{"lv", SAYS_SOLVED,
		"ir atrisināta|ir atrisināts|ir atrisinājusies|atrisinājās|"
		"ir nokārtots|ir nokārtota|ir novērsta|ir kārtībā|"
		"viss kārtībā|viss ir kārtībā|tagad strādā|strādā atkal|"
		"viss strādā|tagad darbojas|viss darbojas|darbojas labi|"
		"varat slēgt|var slēgt|varat aizvērt|var aizvērt"},
	{"lv", SAYS_BARE, "atrisināts|atrisināta|nokārtots|kārtībā"},
	{"lv", SAYS_ARRIVED,
		"nauda ir saņemta|nauda saņemta|saņēmu naudu|"
		"esmu saņēmis naudu|esmu saņēmusi naudu|nauda atnāca|"
		"nauda ir atnākusi|atmaksa saņemta|atmaksa ir saņemta|"
		"saņēmu paciņu|paciņa saņemta|paka saņemta|sūtījums saņemts|"
		"saņēmu sūtījumu"},
	{"lv", SAYS_SUBJECT,
		"problēma|jautājums|viss|tagad|sūdzība|lieta|beidzot|nauda|"
		"šodien|vakar|jau|jauns"},
	{"lv", SAYS_THANKS,
		"paldies|liels paldies|liels jums paldies|paldies jums|"
		"pateicos|pateicamies|sirsnīgs paldies|milzīgs paldies|"
		"uz redzēšanos|visu labu|atā|mīļš paldies|paldies vēlreiz"},
	{"lv", SAYS_GREETING,
		"labdien|sveiki|labrīt|labvakar|cienījamā|cienījamais|"
		"cienījamie|ar cieņu|jauku dienu|lai jauka diena|"
		"lai jums jauka diena|jaukas brīvdienas|kungs|kundze|"
		"sveicieni|čau|jauku vakaru"},
	{"lv", SAYS_FILLER,
		"par|jūsu|palīdzību|ātro|ātru|atbildi|atbalstu|un|ļoti|es|"
		"esmu|apmierināts|apmierināta|jā|labi|lieliski|super|"
		"apkalpošanu|sapratni|jums|visu|visiem|pacietību|lielisko"},
	{"lv", SAYS_AGAINST,
		"nav|ne|neesmu|nestrādā|nedarbojas|nebija|nekas|nekad|bet|"
		"tomēr|taču|joprojām|vēl|ja|kad|tiklīdz|pēc|pirms|kāpēc|kā|"
		"kas|vai|domāju|ceru|sakāt|teicāt|tikai|daļēji|gandrīz|jābūt|"
		"vajag|vajadzētu|gribu|pieprasu|lūdzu|salauzt*|bojāt*|"
		"nepareiz*|trūkst|tek|cits|cita|bez|diemžēl|krāpni*|slikt*|"
		"vēlu|gaidu|atkal salūz*|dažreiz|īslaicīgi|neatrisināt*|"
		"tukš*|atsūtiet|izņemot|idiot*|zagļ*"},
	{"pl", SAYS_SOLVED,
		"jest rozwiązany|jest rozwiązana|został rozwiązany|"
		"została rozwiązana|zostało rozwiązane|rozwiązał się|"
		"sprawa załatwiona|jest załatwiona|jest załatwione|"
		"wszystko załatwione|już działa|teraz działa|działa znowu|"
		"działa dobrze|działa bez zarzutu|wszystko działa|"
		"wszystko w porządku|wszystko jest w porządku|"
		"jest w porządku|można zamknąć|możecie zamknąć|"
		"możecie państwo zamknąć|proszę zamknąć|mogą państwo zamknąć"},
	{"pl", SAYS_BARE,
		"rozwiązane|rozwiązany|załatwione|załatwiona|naprawione"},
	{"pl", SAYS_ARRIVED,
		"pieniądze dotarły|pieniądze doszły|pieniądze przyszły|"
		"zwrot dotarł|zwrot otrzymany|otrzymałem zwrot|"
		"otrzymałam zwrot|otrzymałem pieniądze|otrzymałam pieniądze|"
		"dostałem pieniądze|dostałam pieniądze|paczka dotarła|"
		"paczka przyszła|paczka doszła|otrzymałem paczkę|"
		"otrzymałam paczkę|dostałem paczkę|dostałam paczkę"},
	{"pl", SAYS_SUBJECT,
		"problem|sprawa|wszystko|już|teraz|reklamacja|zgłoszenie|"
		"w końcu|nareszcie|pieniądze|zwrot|paczka|dziś|dzisiaj|"
		"wczoraj|nowy"},
	{"pl", SAYS_THANKS,
		"dziękuję|dziekuje|dzięki|dzięki wielkie|wielkie dzięki|"
		"dziękuję bardzo|bardzo dziękuję|serdecznie dziękuję|"
		"dziękujemy|dziękujemy bardzo|serdeczne dzięki|do widzenia|"
		"dziękuję serdecznie|pięknie dziękuję|stokrotne dzięki"},
	{"pl", SAYS_GREETING,
		"dzień dobry|dobry wieczór|witam|cześć|szanowny|szanowna|"
		"szanowni|pan|pani|państwo|panie|pozdrawiam|"
		"serdecznie pozdrawiam|pozdrawiam serdecznie|z poważaniem|"
		"z wyrazami szacunku|miłego dnia|miłego weekendu|"
		"życzę miłego dnia|dobrego dnia"},
	{"pl", SAYS_FILLER,
		"za|pomoc|szybką|szybka|odpowiedź|wsparcie|i|bardzo|jestem|"
		"zadowolony|zadowolona|tak|ok|dobrze|świetnie|super|obsługę|"
		"państwu|panu|cierpliwość|wyrozumiałość|miłą|pańską|państwa|"
		"wam|waszą|profesjonalną|jeszcze raz"},
	{"pl", SAYS_AGAINST,
		"nie|nic|nigdy|żaden|żadna|ale|jednak|lecz|niestety|nadal|"
		"wciąż|jeszcze|jeśli|jeżeli|gdy|kiedy|jak tylko|po|przed|"
		"dlaczego|jak|co|czy|myślałem|myślałam|mam nadzieję|"
		"twierdzicie|powiedzieli|tylko|częściowo|prawie|powinno|"
		"powinien|musi|chcę|żądam|potrzebuję|będzie|zepsut*|uszkodz*|"
		"zły|źle|brak|brakuje|cieknie|inny|inna|bez|oszust*|późno|"
		"czekam|proszę|pytanie|tymczasowo|czasami|nierozwiązan*|"
		"pust*|oprócz|dopóki|znowu nie|idio*|złodziej*"},
};

/* What may stand before and behind the figure of a rating.  Likewise. */
static const char rating_labels[] =
	"rating|my rating|score|my score|hinne|hinnang|arvosana|arvio|pisteet|"
	"đánh "
	"giá|điểm|评分|評分|评价|打分|βαθμολογία|αξιολόγηση|bewertung|note|"
	"ma note|puntuación|valoración|nota|оценка|моя оценка|betyg|vērtējums|"
	"ocena|moja ocena|i give|i'd give|i would give|annan";

static const char rating_units[] =
	"/5|/ 5|of 5|out of 5|out of five|of five|viiest|5-st|/5-st|trên 5|"
	"από 5|στα 5|von 5|sur 5|de 5|из 5|av 5|no 5|z 5|na 5|points|point|"
	"punkti|punkt|pistettä|điểm|分|βαθμοί|punkte|étoiles|étoile|stars|star|"
	"tärni|tähteä|tähti|sao|星|颗星|顆星|αστέρια|αστέρι|sterne|stern|"
	"estrellas|estrella|звезд|звёзд|звезды|звезда|stjärnor|stjärna|"
	"zvaigznes|zvaigzne|gwiazdek|gwiazdki|gwiazdka";
