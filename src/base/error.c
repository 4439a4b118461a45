#include <errno.h>

#include <redress/base.h>

G_DEFINE_QUARK(redress_base_error, base_error)

const char *redress_error_code_name(int code)
{
	static const char *const names[] = {
		[REDRESS_ERROR_TEMPORARY] = "temporary",
		[REDRESS_ERROR_PERMANENT] = "permanent",
		[REDRESS_ERROR_INVALID] = "invalid",
		[REDRESS_ERROR_NOT_FOUND] = "not-found",
		[REDRESS_ERROR_CONFLICT] = "conflict",
		[REDRESS_ERROR_UNKNOWN] = "unknown",
	};

	if (code < 0 || (size_t)code >= G_N_ELEMENTS(names))
		return "unknown";
	return names[code];
}

int redress_error_code_from_errno(int errnum)
{
	/* What is not listed may pass: retrying a permanent failure costs
	 * time, giving up on a temporary one costs a mail. */
	static const struct {
		int errnum;
		enum redress_error_code code;
	} table[] = {
		{ENOENT, REDRESS_ERROR_NOT_FOUND},
		{ENOTDIR, REDRESS_ERROR_NOT_FOUND},
		{EEXIST, REDRESS_ERROR_CONFLICT},
		{EACCES, REDRESS_ERROR_PERMANENT},
		{EPERM, REDRESS_ERROR_PERMANENT},
		{EROFS, REDRESS_ERROR_PERMANENT},
		{EISDIR, REDRESS_ERROR_INVALID},
		{ELOOP, REDRESS_ERROR_INVALID},
		{ENAMETOOLONG, REDRESS_ERROR_INVALID},
		{EINVAL, REDRESS_ERROR_INVALID},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		if (table[i].errnum == errnum)
			return table[i].code;
	}
	return REDRESS_ERROR_TEMPORARY;
}
