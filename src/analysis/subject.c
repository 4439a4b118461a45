/* Base subjects: what is left when prefixes and tags are taken off. */
#include "internal.h"

char *subject_base(const char *subject)
{
	return g_strstrip(g_strdup(subject));
}
