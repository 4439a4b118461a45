/* One target as libFuzzer wants it; FUZZ_NAME is its name. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t length);

#define CALL(name) CALL_NAMED(name)
#define CALL_NAMED(name) fuzz_##name(bytes, length)

int LLVMFuzzerTestOneInput(const guint8 *bytes, size_t length)
{
	CALL(FUZZ_NAME);
	return 0;
}
