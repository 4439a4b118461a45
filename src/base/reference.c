/*
 * References: seven random digits and a check digit, all of Crockford's base
 * 32, which has no I, L, O and U.
 *
 * The check is the one-symbol Reed-Solomon code over GF(32): the eight digits,
 * as a polynomial, are CHECK at the primitive element x.  Every position thus
 * has a weight of its own, so every wrong digit and every exchange of two
 * different digits (wherever they stand) is noticed.
 */
#include "internal.h"

#include <string.h>

/* CHECK makes a reference of the example that is in every document, 7K3F-92QX,
 * and none of eight zeros. */
enum { DIGITS = 8, HYPHEN_AT = 4, CHECK = 20 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Multiplies by x in GF(32) = GF(2)[x] / (x^5 + x^2 + 1). */
static unsigned times_x(unsigned a)
{
	a <<= 1;
	return a & 0x20 ? a ^ 0x25 : a;
}

/* The digits as a polynomial, at x: Horner's rule. */
static unsigned evaluate(const unsigned char *digits, size_t length)
{
	unsigned sum = 0;

	for (size_t i = 0; i < length; i++)
		sum = times_x(sum) ^ digits[i];
	return sum;
}

/* -1 if it is no digit. */
static int digit_value(char c)
{
	const char *at;

	c = g_ascii_toupper(c);
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	at = c ? strchr(alphabet, c) : NULL;
	return at ? (int)(at - alphabet) : -1;
}

static char *canonical(const unsigned char digits[DIGITS])
{
	char *text = g_malloc(BASE_REFERENCE_LENGTH + 1);
	char *out = text;

	for (size_t i = 0; i < DIGITS; i++) {
		if (i == HYPHEN_AT)
			*out++ = '-';
		*out++ = alphabet[digits[i]];
	}
	*out = '\0';
	return text;
}

char *base_reference_new(void)
{
	unsigned char digits[DIGITS];

	base_random_bytes(digits, DIGITS - 1);
	for (size_t i = 0; i < DIGITS - 1; i++)
		digits[i] &= 31;
	digits[DIGITS - 1] = times_x(evaluate(digits, DIGITS - 1)) ^ CHECK;
	return canonical(digits);
}

/* Reads a reference at the start of text; *ret_end is what follows it. */
static char *parse_prefix(const char *text, const char **ret_end)
{
	unsigned char digits[DIGITS];

	for (size_t i = 0; i < DIGITS; i++) {
		int value;

		if (i == HYPHEN_AT && *text == '-')
			text++;
		value = digit_value(*text);
		if (value < 0)
			return NULL;
		digits[i] = value;
		text++;
	}
	if (evaluate(digits, DIGITS) != CHECK)
		return NULL;
	*ret_end = text;
	return canonical(digits);
}

char *base_reference_parse(const char *text)
{
	const char *end;
	g_autofree char *reference = parse_prefix(text, &end);

	if (!reference || *end)
		return NULL;
	return g_steal_pointer(&reference);
}

char *base_reference_find(const char *text)
{
	const char *at = text;

	while ((at = strstr(at, "[#")) != NULL) {
		const char *end;
		g_autofree char *reference = NULL;

		at += strlen("[#");
		reference = parse_prefix(at, &end);
		if (reference && *end == ']')
			return g_steal_pointer(&reference);
	}
	return NULL;
}
