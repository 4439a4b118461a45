/* Own words that steer: a request for the state, agent commands. */
#include "internal.h"

bool words_ask_for_status(const char *reply_text)
{
	(void)reply_text;
	return false;
}

GPtrArray *words_find_commands(const char *reply_text)
{
	(void)reply_text;
	return g_ptr_array_new_with_free_func(g_free);
}
