/*
 * Characters that look like a letter of a command, after compatibility
 * decomposition and in lower case, by code point; where a capital looks like
 * one letter and its small form like another, both stand here.  After Unicode
 * UTS 39, for the letters a to z.  Included by agent_text.c only.
 */

typedef struct Letter Letter;
struct Letter {
	gunichar c;
	const char *looks_like;
};

static const Letter letters[] = {
	{'$', "s"}, {'0', "o"}, {'1', "il"}, {'3', "e"}, {'4', "a"}, {'5', "s"},
	{'7', "t"}, {'8', "b"}, {'@', "a"}, {'_', "-"}, {'i', "il"},
	{'l', "il"}, {'|', "il"}, {0xdf, "b"}, /* ß */
	{0xf0, "o"},                           /* ð */
	{0xf8, "o"},                           /* ø */
	{0xfe, "p"},                           /* þ */
	{0x111, "d"},                          /* đ */
	{0x127, "h"},                          /* ħ */
	{0x131, "il"},                         /* ı */
	{0x142, "l"},                          /* ł */
	{0x14b, "n"},                          /* ŋ */
	{0x167, "t"},                          /* ŧ */
	{0x180, "b"},                          /* ƀ */
	{0x188, "c"},                          /* ƈ */
	{0x192, "f"},                          /* ƒ */
	{0x199, "k"},                          /* ƙ */
	{0x19a, "l"},                          /* ƚ */
	{0x19e, "n"},                          /* ƞ */
	{0x1a5, "p"},                          /* ƥ */
	{0x1ad, "t"},                          /* ƭ */
	{0x1b4, "y"},                          /* ƴ */
	{0x1b6, "z"},                          /* ƶ */
	{0x1bf, "p"},                          /* ƿ */
	{0x1c0, "il"},                         /* ǀ */
	{0x1dd, "e"},                          /* ǝ */
	{0x1e5, "g"},                          /* ǥ */
	{0x237, "j"},                          /* ȷ */
	{0x23c, "c"},                          /* ȼ */
	{0x249, "j"},                          /* ɉ */
	{0x24b, "q"},                          /* ɋ */
	{0x24d, "r"},                          /* ɍ */
	{0x24f, "y"},                          /* ɏ */
	{0x250, "a"},                          /* ɐ */
	{0x251, "a"},                          /* ɑ */
	{0x253, "b"},                          /* ɓ */
	{0x254, "co"},                         /* ɔ */
	{0x256, "d"},                          /* ɖ */
	{0x257, "d"},                          /* ɗ */
	{0x259, "e"},                          /* ə */
	{0x25b, "e"},                          /* ɛ */
	{0x260, "g"},                          /* ɠ */
	{0x261, "g"},                          /* ɡ */
	{0x262, "g"},                          /* ɢ */
	{0x266, "h"},                          /* ɦ */
	{0x268, "i"},                          /* ɨ */
	{0x269, "i"},                          /* ɩ */
	{0x26a, "il"},                         /* ɪ */
	{0x26b, "l"},                          /* ɫ */
	{0x26d, "l"},                          /* ɭ */
	{0x26f, "mw"},                         /* ɯ */
	{0x271, "m"},                          /* ɱ */
	{0x272, "n"},                          /* ɲ */
	{0x273, "n"},                          /* ɳ */
	{0x274, "n"},                          /* ɴ */
	{0x275, "o"},                          /* ɵ */
	{0x27c, "r"},                          /* ɼ */
	{0x27d, "r"},                          /* ɽ */
	{0x27e, "r"},                          /* ɾ */
	{0x280, "r"},                          /* ʀ */
	{0x282, "s"},                          /* ʂ */
	{0x288, "t"},                          /* ʈ */
	{0x289, "u"},                          /* ʉ */
	{0x28b, "uv"},                         /* ʋ */
	{0x28c, "v"},                          /* ʌ */
	{0x28f, "y"},                          /* ʏ */
	{0x290, "z"},                          /* ʐ */
	{0x299, "b"},                          /* ʙ */
	{0x29c, "h"},                          /* ʜ */
	{0x29f, "l"},                          /* ʟ */
	{0x3b1, "a"},                          /* α */
	{0x3b2, "b"},                          /* β */
	{0x3b3, "yr"},                         /* γ */
	{0x3b5, "e"},                          /* ε */
	{0x3b6, "z"},                          /* ζ */
	{0x3b7, "hn"},                         /* η */
	{0x3b9, "il"},                         /* ι */
	{0x3ba, "k"},                          /* κ */
	{0x3bc, "mu"},                         /* μ */
	{0x3bd, "nv"},                         /* ν */
	{0x3bf, "o"},                          /* ο */
	{0x3c0, "n"},                          /* π */
	{0x3c1, "p"},                          /* ρ */
	{0x3c2, "cs"},                         /* ς */
	{0x3c3, "co"},                         /* σ */
	{0x3c4, "t"},                          /* τ */
	{0x3c5, "uvy"},                        /* υ */
	{0x3c7, "x"},                          /* χ */
	{0x3c9, "w"},                          /* ω */
	{0x3f2, "c"},                          /* ϲ */
	{0x3f3, "j"},                          /* ϳ */
	{0x3f8, "p"},                          /* ϸ */
	{0x3fb, "m"},                          /* ϻ */
	{0x430, "a"},                          /* а */
	{0x431, "b"},                          /* б */
	{0x432, "b"},                          /* в */
	{0x433, "r"},                          /* г */
	{0x435, "e"},                          /* е */
	{0x437, "e"},                          /* з */
	{0x438, "nu"},                         /* и */
	{0x43a, "k"},                          /* к */
	{0x43c, "m"},                          /* м */
	{0x43d, "h"},                          /* н */
	{0x43e, "o"},                          /* о */
	{0x43f, "n"},                          /* п */
	{0x440, "p"},                          /* р */
	{0x441, "c"},                          /* с */
	{0x442, "tm"},                         /* т */
	{0x443, "y"},                          /* у */
	{0x445, "x"},                          /* х */
	{0x446, "u"},                          /* ц */
	{0x448, "w"},                          /* ш */
	{0x44c, "b"},                          /* ь */
	{0x455, "s"},                          /* ѕ */
	{0x456, "il"},                         /* і */
	{0x458, "j"},                          /* ј */
	{0x461, "w"},                          /* ѡ */
	{0x475, "v"},                          /* ѵ */
	{0x491, "r"},                          /* ґ */
	{0x493, "r"},                          /* ғ */
	{0x49b, "k"},                          /* қ */
	{0x4a3, "h"},                          /* ң */
	{0x4ab, "c"},                          /* ҫ */
	{0x4ad, "t"},                          /* ҭ */
	{0x4af, "vy"},                         /* ү */
	{0x4b1, "y"},                          /* ұ */
	{0x4b3, "x"},                          /* ҳ */
	{0x4bb, "h"},                          /* һ */
	{0x4bd, "e"},                          /* ҽ */
	{0x4c0, "il"},                         /* Ӏ */
	{0x4cf, "il"},                         /* ӏ */
	{0x4d9, "e"},                          /* ә */
	{0x4e9, "o"},                          /* ө */
	{0x501, "d"},                          /* ԁ */
	{0x50d, "g"},                          /* ԍ */
	{0x511, "e"},                          /* ԑ */
	{0x51b, "q"},                          /* ԛ */
	{0x51d, "w"},                          /* ԝ */
	{0x561, "w"},                          /* ա */
	{0x563, "q"},                          /* գ */
	{0x566, "q"},                          /* զ */
	{0x570, "h"},                          /* հ */
	{0x575, "j"},                          /* յ */
	{0x578, "n"},                          /* ո */
	{0x57c, "n"},                          /* ռ */
	{0x57d, "su"},                         /* ս */
	{0x581, "g"},                          /* ց */
	{0x584, "p"},                          /* ք */
	{0x585, "o"},                          /* օ */
	{0x5c0, "il"},                         /* ׀ */
	{0x5d5, "il"},                         /* ו */
	{0x5d8, "v"},                          /* ט */
	{0x5df, "il"},                         /* ן */
	{0x5e1, "o"},                          /* ס */
	{0x627, "il"},                         /* ا */
	{0x647, "o"},                          /* ه */
	{0x6d5, "o"},                          /* ە */
	{0x966, "o"},                          /* ० */
	{0xe50, "o"},                          /* ๐ */
	{0x101d, "o"},                         /* ဝ */
	{0x10e7, "y"},                         /* ყ */
	{0x10ff, "o"},                         /* ჿ */
	{0x13a0, "d"}, /* Cherokee, whose capitals are the letters */
	{0x13a1, "r"}, {0x13a2, "t"}, {0x13a5, "i"}, {0x13a9, "y"},
	{0x13aa, "a"}, {0x13ab, "j"}, {0x13ac, "e"}, {0x13b3, "w"},
	{0x13b7, "m"}, {0x13bb, "h"}, {0x13c0, "g"}, {0x13c2, "h"},
	{0x13c3, "z"}, {0x13cf, "b"}, {0x13d2, "r"}, {0x13d4, "w"},
	{0x13d5, "s"}, {0x13d9, "v"}, {0x13da, "s"}, {0x13de, "l"},
	{0x13df, "c"}, {0x13e2, "p"}, {0x13e6, "k"}, {0x13e7, "d"},
	{0x1d00, "a"}, /* small capitals */
	{0x1d04, "c"}, {0x1d05, "d"}, {0x1d07, "e"}, {0x1d0a, "j"},
	{0x1d0b, "k"}, {0x1d0d, "m"}, {0x1d0f, "o"}, {0x1d18, "p"},
	{0x1d1b, "t"}, {0x1d1c, "u"}, {0x1d20, "v"}, {0x1d21, "w"},
	{0x1d22, "z"}, {0x1d26, "r"}, /* ᴦ */
	{0x1d29, "p"},                /* ᴩ */
	{0x1d7b, "i"},                /* ᵻ */
	{0x1d7d, "p"},                /* ᵽ */
	{0x1d7e, "u"},                /* ᵾ */
	{0x1eff, "y"},                /* ỿ */
	{0x2010, "-"}, {0x2011, "-"}, {0x2012, "-"}, {0x2013, "-"},
	{0x2014, "-"}, {0x2015, "-"}, {0x2043, "-"}, {0x2212, "-"},
	{0x2223, "il"}, {0x2c81, "a"}, /* Coptic */
	{0x2c83, "b"}, {0x2c89, "e"}, {0x2c8f, "h"}, {0x2c93, "il"},
	{0x2c95, "k"}, {0x2c99, "m"}, {0x2c9b, "n"}, {0x2c9f, "o"},
	{0x2ca3, "p"}, {0x2ca5, "c"}, {0x2ca7, "t"}, {0x2ca9, "y"},
	{0x2cad, "x"}, {0xa4d0, "b"}, /* Lisu */
	{0xa4d1, "p"}, {0xa4d3, "d"}, {0xa4d4, "t"}, {0xa4d6, "g"},
	{0xa4d7, "k"}, {0xa4d9, "j"}, {0xa4da, "c"}, {0xa4dc, "z"},
	{0xa4dd, "f"}, {0xa4df, "m"}, {0xa4e0, "n"}, {0xa4e1, "l"},
	{0xa4e2, "s"}, {0xa4e3, "r"}, {0xa4e6, "v"}, {0xa4e7, "h"},
	{0xa4ea, "w"}, {0xa4eb, "x"}, {0xa4ec, "y"}, {0xa4ee, "a"},
	{0xa4f0, "e"}, {0xa4f2, "il"}, {0xa4f3, "o"}, {0xa4f4, "u"},
	{0xa730, "f"}, /* ꜰ */
	{0xa731, "s"}, /* ꜱ */
};

/* Alphabets without a decomposition: the character that stands for 'a'. */
static const gunichar alphabets[] = {
	0x1f150, /* negative circled */
	0x1f170, /* negative squared */
	0x1f1e6, /* of flags */
};

/* What is read as "#". */
static const gunichar hashes[] = {
	'#', 0x22d5, 0x2317, 0x266f, 0x29e3, 0x29e4, 0x2d4c, 0x4e95, 0x1d130};

/* What people write who mean a command by another name. */
typedef struct Synonym Synonym;
struct Synonym {
	const char *word;
	const char *command;
};

static const Synonym synonyms[] = {
	{"behalf", "on-behalf"},
	{"category", "type"},
	{"close", "resolve"},
	{"closed", "resolve"},
	{"comment", "note"},
	{"commands", "help"},
	{"delegate", "assign"},
	{"done", "resolve"},
	{"due", "promise"},
	{"duplicate", "merge"},
	{"email", "address"},
	{"fix", "resolve"},
	{"fixed", "resolve"},
	{"forward", "assign"},
	{"internal", "note"},
	{"join", "merge"},
	{"label", "tag"},
	{"macro", "canned"},
	{"memo", "note"},
	{"open", "reopen"},
	{"owner", "assign"},
	{"pay", "compensate"},
	{"prio", "priority"},
	{"question", "ask"},
	{"questions", "ask"},
	{"raise", "escalate"},
	{"reason", "cause"},
	{"refund", "compensate"},
	{"snippet", "canned"},
	{"solve", "resolve"},
	{"solved", "resolve"},
	{"spam", "not-a-complaint"},
	{"template", "canned"},
	{"transfer", "assign"},
	{"urgent", "priority"},
};
