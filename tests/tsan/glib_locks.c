/*
 * Tells ThreadSanitizer what GLib hands from thread to thread.
 *
 * On Linux a GMutex is a futex, taken by instructions inside GLib that no
 * sanitizer sees, so everything that a GMutex guards would be reported as a
 * race.  Every program of the "tsan" preset is linked with this file: its
 * functions stand before GLib's own of the same name, call them, and say to
 * ThreadSanitizer what happened.
 *
 * Not here, because ThreadSanitizer sees through them by itself: GThread and
 * GPrivate (pthread's underneath), and g_atomic_* and reference counts made of
 * them (inline).  Nor g_cond_signal(): a GCond orders nothing, the mutex that
 * goes with it does.
 *
 * GLib's calls to itself do not pass through here (it is linked with
 * -Bsymbolic-functions), so what it guards for itself alone is hidden, see
 * GTimeZone and GQuark below, and no more than that.
 */
#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>

/* Exported by every ThreadSanitizer, declared in no header of its own. */
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);

static gpointer find(gpointer *slot, const char *name)
{
	gpointer function = g_atomic_pointer_get(slot);

	if (!function) {
		function = dlsym(RTLD_NEXT, name);
		g_assert(function);
		g_atomic_pointer_set(slot, function);
	}
	return function;
}

/* The function that we stand before. */
#define REAL(function)                                                         \
	(G_GNUC_EXTENSION({                                                    \
		static gpointer slot_;                                         \
		(__typeof__(&(function)))find(&slot_, #function);              \
	}))

/* What a thread does to memory from here on is not looked at... */
static void hide(void)
{
	AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
	AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
}

/* ...until here. */
static void show(void)
{
	AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
	AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

/* ---- GMutex and GCond --------------------------------------------------- */

void g_mutex_init(GMutex *mutex)
{
	REAL(g_mutex_init)(mutex);
	__tsan_mutex_create(mutex, 0);
}

/*
 * Whoever frees what a mutex guards may know by a counter of GLib's own, which
 * ThreadSanitizer does not see, that the last one to hold it is done.  That one
 * has given it back: taking it once more says so.  A mutex that is still held
 * is not taken, and is reported.
 */
static void take_once_more(GMutex *mutex)
{
	if (!REAL(g_mutex_trylock)(mutex))
		return;
	__tsan_mutex_pre_lock(mutex, __tsan_mutex_try_lock);
	__tsan_mutex_post_lock(mutex, __tsan_mutex_try_lock, 0);
	__tsan_mutex_pre_unlock(mutex, 0);
	REAL(g_mutex_unlock)(mutex);
	__tsan_mutex_post_unlock(mutex, 0);
}

void g_mutex_clear(GMutex *mutex)
{
	take_once_more(mutex);
	__tsan_mutex_destroy(mutex, 0);
	REAL(g_mutex_clear)(mutex);
}

void g_mutex_lock(GMutex *mutex)
{
	__tsan_mutex_pre_lock(mutex, 0);
	REAL(g_mutex_lock)(mutex);
	__tsan_mutex_post_lock(mutex, 0, 0);
}

gboolean g_mutex_trylock(GMutex *mutex)
{
	unsigned flags = __tsan_mutex_try_lock;
	gboolean locked;

	__tsan_mutex_pre_lock(mutex, flags);
	locked = REAL(g_mutex_trylock)(mutex);
	if (!locked)
		flags |= __tsan_mutex_try_lock_failed;
	__tsan_mutex_post_lock(mutex, flags, 0);
	return locked;
}

void g_mutex_unlock(GMutex *mutex)
{
	__tsan_mutex_pre_unlock(mutex, 0);
	REAL(g_mutex_unlock)(mutex);
	__tsan_mutex_post_unlock(mutex, 0);
}

/* A wait gives the mutex up and takes it again, inside GLib. */

static void given_up(GMutex *mutex)
{
	__tsan_mutex_pre_unlock(mutex, 0);
	__tsan_mutex_post_unlock(mutex, 0);
}

static void taken_again(GMutex *mutex)
{
	__tsan_mutex_pre_lock(mutex, 0);
	__tsan_mutex_post_lock(mutex, 0, 0);
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
	given_up(mutex);
	REAL(g_cond_wait)(cond, mutex);
	taken_again(mutex);
}

gboolean g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
	gboolean signalled;

	given_up(mutex);
	signalled = REAL(g_cond_wait_until)(cond, mutex, end_time);
	taken_again(mutex);
	return signalled;
}

/* ---- GRecMutex and GRWLock ---------------------------------------------- */

/*
 * ThreadSanitizer sees the pthread lock underneath, but not how the first
 * thread to use a static one makes it and hands it to the others.  So it is
 * made here, by atomic instructions that ThreadSanitizer does see.
 */

static void make_rec_mutex(GRecMutex *mutex)
{
	GRecMutex made;

	if (g_atomic_pointer_get(&mutex->p))
		return;
	REAL(g_rec_mutex_init)(&made);
	if (!g_atomic_pointer_compare_and_exchange(&mutex->p, NULL, made.p))
		REAL(g_rec_mutex_clear)(&made);
}

static void make_rw_lock(GRWLock *lock)
{
	GRWLock made;

	if (g_atomic_pointer_get(&lock->p))
		return;
	REAL(g_rw_lock_init)(&made);
	if (!g_atomic_pointer_compare_and_exchange(&lock->p, NULL, made.p))
		REAL(g_rw_lock_clear)(&made);
}

void g_rec_mutex_lock(GRecMutex *mutex)
{
	make_rec_mutex(mutex);
	REAL(g_rec_mutex_lock)(mutex);
}

gboolean g_rec_mutex_trylock(GRecMutex *mutex)
{
	make_rec_mutex(mutex);
	return REAL(g_rec_mutex_trylock)(mutex);
}

void g_rw_lock_reader_lock(GRWLock *lock)
{
	make_rw_lock(lock);
	REAL(g_rw_lock_reader_lock)(lock);
}

gboolean g_rw_lock_reader_trylock(GRWLock *lock)
{
	make_rw_lock(lock);
	return REAL(g_rw_lock_reader_trylock)(lock);
}

void g_rw_lock_writer_lock(GRWLock *lock)
{
	make_rw_lock(lock);
	REAL(g_rw_lock_writer_lock)(lock);
}

gboolean g_rw_lock_writer_trylock(GRWLock *lock)
{
	make_rw_lock(lock);
	return REAL(g_rw_lock_writer_trylock)(lock);
}

/* ---- once --------------------------------------------------------------- */

/* Who comes later does not get here: the macros of these names look at the
 * location first, by an atomic load that ThreadSanitizer sees. */

gboolean(g_once_init_enter)(volatile void *location)
{
	gboolean first = REAL(g_once_init_enter)(location);

	__tsan_acquire((void *)location);
	return first;
}

void(g_once_init_leave)(volatile void *location, gsize result)
{
	__tsan_release((void *)location);
	REAL(g_once_init_leave)(location, result);
}

gpointer(g_once_impl)(GOnce *once, GThreadFunc function, gpointer argument)
{
	gpointer result = REAL(g_once_impl)(once, function, argument);

	/* Whoever ran the function, the next to come happens after it. */
	__tsan_acquire(once);
	__tsan_release(once);
	return result;
}

/* ---- GAsyncQueue -------------------------------------------------------- */

void g_async_queue_push(GAsyncQueue *queue, gpointer data)
{
	/* The link of the list is made here and freed by who pops it, after
	 * we have said all that we can: only that allocation is hidden. */
	hide();
	__tsan_release(queue);
	REAL(g_async_queue_push)(queue, data);
	show();
}

gpointer g_async_queue_pop(GAsyncQueue *queue)
{
	gpointer data = REAL(g_async_queue_pop)(queue);

	__tsan_acquire(queue);
	return data;
}

gpointer g_async_queue_try_pop(GAsyncQueue *queue)
{
	gpointer data = REAL(g_async_queue_try_pop)(queue);

	if (data)
		__tsan_acquire(queue);
	return data;
}

gpointer g_async_queue_timeout_pop(GAsyncQueue *queue, guint64 timeout_us)
{
	gpointer data = REAL(g_async_queue_timeout_pop)(queue, timeout_us);

	if (data)
		__tsan_acquire(queue);
	return data;
}

/* ---- GBytes and GPtrArray ----------------------------------------------- */

/*
 * Who drops the last reference frees what the others have read.  Saying so and
 * dropping must be one step, else a last reference could overtake what another
 * thread was about to say.  So there is a lock for each object that is being
 * dropped: one for all could deadlock, because freeing an object may run any
 * function.  These locks are GLib's own, which ThreadSanitizer does not see:
 * they must order nothing but this.
 */
#define UNSEEN __attribute__((no_sanitize("thread")))

enum { DROPS_MOST = 256 }; /* at once: threads, times how deep they are */

typedef struct Drop Drop;
struct Drop {
	gpointer object;
	unsigned users; /* guarded by drops_mutex */
	GMutex mutex;
};

static Drop drops[DROPS_MOST];
static GMutex drops_mutex;

UNSEEN static Drop *drop_begin(gpointer object)
{
	Drop *found = NULL;

	REAL(g_mutex_lock)(&drops_mutex);
	for (int i = 0; i < DROPS_MOST; i++) {
		if (drops[i].users && drops[i].object == object) {
			found = &drops[i];
			break;
		}
		if (!drops[i].users && !found)
			found = &drops[i];
	}
	g_assert(found);
	found->object = object;
	found->users++;
	REAL(g_mutex_unlock)(&drops_mutex);

	REAL(g_mutex_lock)(&found->mutex);
	__tsan_acquire(object);
	__tsan_release(object);
	return found;
}

UNSEEN static void drop_end(Drop *drop)
{
	REAL(g_mutex_unlock)(&drop->mutex);
	REAL(g_mutex_lock)(&drops_mutex);
	drop->users--;
	REAL(g_mutex_unlock)(&drops_mutex);
}

void g_bytes_unref(GBytes *bytes)
{
	Drop *drop = bytes ? drop_begin(bytes) : NULL;

	REAL(g_bytes_unref)(bytes);
	if (drop)
		drop_end(drop);
}

void g_ptr_array_unref(GPtrArray *array)
{
	Drop *drop = drop_begin(array);

	REAL(g_ptr_array_unref)(array);
	drop_end(drop);
}

/* ---- GThreadPool -------------------------------------------------------- */

/*
 * What was pushed happens before its work, and the work before the end of the
 * pool.  GLib calls the work, so ours is put before it.  The pool itself, which
 * one of its threads may free, is hidden.
 */

typedef struct Pool Pool;
struct Pool {
	GFunc work;
	gpointer user;
};

static void pool_work(gpointer data, gpointer user)
{
	Pool *ours = user;

	__tsan_acquire(ours);
	ours->work(data, ours->user);
	__tsan_release(ours);
}

GThreadPool *g_thread_pool_new(GFunc work, gpointer user, gint threads_most,
	gboolean exclusive, GError **error)
{
	Pool *ours = g_new(Pool, 1);
	GThreadPool *pool;

	ours->work = work;
	ours->user = user;
	__tsan_release(ours);
	hide();
	pool = REAL(g_thread_pool_new)(
		pool_work, ours, threads_most, exclusive, error);
	show();
	if (!pool)
		g_free(ours);
	return pool;
}

gboolean g_thread_pool_push(GThreadPool *pool, gpointer data, GError **error)
{
	gboolean pushed;

	hide();
	__tsan_release(pool->user_data);
	pushed = REAL(g_thread_pool_push)(pool, data, error);
	show();
	return pushed;
}

void g_thread_pool_free(GThreadPool *pool, gboolean immediate, gboolean wait)
{
	Pool *ours;

	hide();
	ours = pool->user_data;
	REAL(g_thread_pool_free)(pool, immediate, wait);
	show();
	if (!wait)
		return; /* threads may still come by: it stays */
	__tsan_acquire(ours);
	g_free(ours);
}

/* ---- GTimeZone and GQuark ----------------------------------------------- */

/*
 * All threads share the zones and the names of quarks, through tables with a
 * lock inside GLib.  Nobody else writes there, so what these do to memory is
 * hidden; they order nothing.
 */

#define HIDDEN(type, function, parameters, arguments)                          \
	type(function) parameters                                              \
	{                                                                      \
		type result_;                                                  \
                                                                               \
		hide();                                                        \
		result_ = REAL(function) arguments;                            \
		show();                                                        \
		return result_;                                                \
	}

typedef const char *String;
typedef GTimeZone *Zone;
typedef GDateTime *DateTime;

HIDDEN(GQuark, g_quark_from_string, (String text), (text))
HIDDEN(GQuark, g_quark_from_static_string, (String text), (text))
HIDDEN(GQuark, g_quark_try_string, (String text), (text))
HIDDEN(String, g_intern_string, (String text), (text))
HIDDEN(String, g_intern_static_string, (String text), (text))
HIDDEN(Zone, g_time_zone_new_identifier, (String name), (name))
HIDDEN(Zone, g_time_zone_new_offset, (gint32 offset_s), (offset_s))
HIDDEN(Zone, g_time_zone_new_local, (void), ())
HIDDEN(Zone, g_time_zone_new_utc, (void), ())
HIDDEN(DateTime, g_date_time_new_from_unix_utc, (gint64 time_s), (time_s))
HIDDEN(DateTime, g_date_time_new_from_iso8601, (String text, Zone zone),
	(text, zone))
HIDDEN(DateTime, g_date_time_to_timezone, (DateTime time, Zone zone),
	(time, zone))
HIDDEN(DateTime, g_date_time_to_local, (DateTime time), (time))
HIDDEN(DateTime, g_date_time_to_utc, (DateTime time), (time))

void g_time_zone_unref(GTimeZone *zone)
{
	hide();
	REAL(g_time_zone_unref)(zone);
	show();
}

void g_date_time_unref(GDateTime *time)
{
	hide();
	REAL(g_date_time_unref)(time);
	show();
}

/* ---- locks that GLib makes when it first needs them ---------------------- */

/* The first error makes the lock that guards the table of domains, the first
 * tuple the one that guards the table of types, both unseen: they are made
 * before there is a second thread. */
static void __attribute__((constructor)) make_first_ones(void)
{
	g_error_free(g_error_new_literal(
		g_quark_from_static_string("redress-tsan"), 0, ""));
	g_variant_unref(g_variant_ref_sink(g_variant_new("(s)", "")));
}
