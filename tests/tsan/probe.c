/*
 * Two threads meet over one number, each in a way that has a name.
 * tests/check/tsan.py looks which of them ThreadSanitizer reports.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 200 };

static int number;
static GMutex mutex, other_mutex;
static GCond cond;
static GRWLock rw_lock;
static GRecMutex rec_mutex;
static GAsyncQueue *queue;
static gsize once;
static GOnce classic_once = G_ONCE_INIT;
static int turn;

static void guarded_by_nothing(int thread)
{
	(void)thread;
	number++;
}

static void guarded_by_a_mutex(int thread)
{
	(void)thread;
	g_mutex_lock(&mutex);
	number++;
	g_mutex_unlock(&mutex);
}

static void guarded_by_two_mutexes(int thread)
{
	GMutex *mine = thread ? &mutex : &other_mutex;

	g_mutex_lock(mine);
	number++;
	g_mutex_unlock(mine);
}

static void locked_in_two_orders(int thread)
{
	GMutex *first = thread ? &mutex : &other_mutex;
	GMutex *second = thread ? &other_mutex : &mutex;

	/* One after the other, so that the probe itself never hangs. */
	g_rec_mutex_lock(&rec_mutex);
	g_mutex_lock(first);
	g_mutex_lock(second);
	g_mutex_unlock(second);
	g_mutex_unlock(first);
	g_rec_mutex_unlock(&rec_mutex);
}

static void guarded_by_a_lock_that_was_tried(int thread)
{
	(void)thread;
	if (!g_mutex_trylock(&mutex))
		return;
	number++;
	g_mutex_unlock(&mutex);
}

static void guarded_by_a_recursive_mutex(int thread)
{
	(void)thread;
	g_rec_mutex_lock(&rec_mutex);
	g_rec_mutex_lock(&rec_mutex);
	number++;
	g_rec_mutex_unlock(&rec_mutex);
	g_rec_mutex_unlock(&rec_mutex);
}

static void guarded_by_a_writer_lock(int thread)
{
	(void)thread;
	g_rw_lock_writer_lock(&rw_lock);
	number++;
	g_rw_lock_writer_unlock(&rw_lock);
}

static void written_under_a_reader_lock(int thread)
{
	(void)thread;
	g_rw_lock_reader_lock(&rw_lock);
	number++;
	g_rw_lock_reader_unlock(&rw_lock);
}

/* The threads take turns; whose turn it is may touch the number unlocked. */
static void take_turns(int thread, gboolean timed)
{
	g_mutex_lock(&mutex);
	while (turn % 2 != thread) {
		if (timed)
			g_cond_wait_until(&cond, &mutex,
				g_get_monotonic_time() + G_TIME_SPAN_SECOND);
		else
			g_cond_wait(&cond, &mutex);
	}
	g_mutex_unlock(&mutex);
	number++;
	g_mutex_lock(&mutex);
	turn++;
	g_cond_signal(&cond);
	g_mutex_unlock(&mutex);
}

static void handed_over_by_a_condition(int thread)
{
	take_turns(thread, FALSE);
}

static void handed_over_by_a_timed_wait(int thread)
{
	take_turns(thread, TRUE);
}

static void written_after_the_turn(int thread)
{
	take_turns(thread, FALSE);
	number++;
}

static void made_once(int thread)
{
	(void)thread;
	if (g_once_init_enter(&once)) {
		number = 1;
		g_once_init_leave(&once, 1);
	}
	g_assert_cmpint(number, ==, 1);
}

static gpointer make(gpointer value)
{
	number = 1;
	return value;
}

static void made_once_the_classic_way(int thread)
{
	(void)thread;
	g_once(&classic_once, make, &number);
	g_assert_cmpint(number, ==, 1);
}

static void handed_over_by_a_queue(int thread)
{
	if (thread == 0) {
		int *value = g_new(int, 1);

		*value = 1;
		g_async_queue_push(queue, value);
	} else {
		int *value = g_async_queue_pop(queue);

		(*value)++;
		g_free(value);
	}
}

static void written_after_the_hand_over(int thread)
{
	if (thread == 0) {
		g_async_queue_push(queue, &number);
		number++;
	} else {
		int *value = g_async_queue_pop(queue);

		(*value)++;
	}
}

static void add_one(gpointer data, gpointer user)
{
	int *value = data;

	*value += *(int *)user;
}

static void use_a_pool(gboolean too_early)
{
	int one = 1, values[2] = {0};
	GThreadPool *pool = g_thread_pool_new(add_one, &one, 2, TRUE, NULL);

	for (int i = 0; i < 2; i++)
		g_thread_pool_push(pool, &values[i], NULL);
	if (too_early)
		values[0]++;
	g_thread_pool_free(pool, FALSE, TRUE);
	g_assert_cmpint(values[1], ==, 1);
}

static void worked_on_by_a_pool(int thread)
{
	(void)thread;
	use_a_pool(FALSE);
}

static void written_while_a_pool_works(int thread)
{
	(void)thread;
	use_a_pool(TRUE);
}

static void freed_by_who_is_last(int thread)
{
	static GBytes *shared;
	GBytes *mine;
	const char *text;

	/* One makes the bytes, the next to come takes the second reference;
	 * then each reads and drops them. */
	g_mutex_lock(&mutex);
	if (shared) {
		mine = g_steal_pointer(&shared);
	} else {
		mine = g_bytes_new("12", 2);
		shared = g_bytes_ref(mine);
	}
	g_mutex_unlock(&mutex);
	text = g_bytes_get_data(mine, NULL);
	g_assert_cmpint(text[thread], ==, '1' + thread);
	g_bytes_unref(mine);
}

static void free_number(gpointer value)
{
	GBytes *bytes = g_bytes_new_take(value, sizeof(int));

	/* As any function may: it drops something else. */
	g_bytes_unref(bytes);
}

static void array_freed_by_who_is_last(int thread)
{
	static GPtrArray *shared;
	GPtrArray *mine;

	g_mutex_lock(&mutex);
	if (shared) {
		mine = g_steal_pointer(&shared);
	} else {
		mine = g_ptr_array_new_with_free_func(free_number);
		g_ptr_array_add(mine, g_new0(int, 1));
		shared = g_ptr_array_ref(mine);
	}
	g_mutex_unlock(&mutex);
	g_assert_cmpint(*(int *)g_ptr_array_index(mine, 0), ==, 0);
	g_ptr_array_unref(mine);
	(void)thread;
}

/* What GLib keeps for all threads behind locks of its own. */
static void shared_inside_glib(int thread)
{
	static const char *const names[] = {"Europe/Tallinn", "Asia/Tokyo"};
	GError *error = g_error_new(g_quark_from_string(names[thread]), 0, "x");
	GTimeZone *zone = g_time_zone_new_identifier(names[0]);
	GDateTime *utc = g_date_time_new_from_unix_utc(0);
	GDateTime *there = g_date_time_to_timezone(utc, zone);
	GVariant *tuple = g_variant_new("(si)", "text", thread);

	g_assert_cmpint(g_date_time_get_year(there), ==, 1970);
	g_variant_unref(g_variant_ref_sink(tuple));
	g_date_time_unref(there);
	g_time_zone_unref(zone);
	g_date_time_unref(utc);
	g_error_free(error);
}

static const struct {
	const char *name;
	void (*meet)(int thread);
} ways[] = {
#define WAY(name)                                                              \
	{                                                                      \
#name, name                                                    \
	}
	WAY(guarded_by_nothing),
	WAY(guarded_by_a_mutex),
	WAY(guarded_by_two_mutexes),
	WAY(locked_in_two_orders),
	WAY(guarded_by_a_lock_that_was_tried),
	WAY(guarded_by_a_recursive_mutex),
	WAY(guarded_by_a_writer_lock),
	WAY(written_under_a_reader_lock),
	WAY(handed_over_by_a_condition),
	WAY(handed_over_by_a_timed_wait),
	WAY(written_after_the_turn),
	WAY(made_once),
	WAY(made_once_the_classic_way),
	WAY(handed_over_by_a_queue),
	WAY(written_after_the_hand_over),
	WAY(worked_on_by_a_pool),
	WAY(written_while_a_pool_works),
	WAY(freed_by_who_is_last),
	WAY(array_freed_by_who_is_last),
	WAY(shared_inside_glib),
};

static void (*meet)(int thread);

static gpointer run(gpointer thread)
{
	for (int i = 0; i < ROUNDS; i++)
		meet(GPOINTER_TO_INT(thread));
	return NULL;
}

int main(int argc, char **argv)
{
	GThread *threads[2];

	for (size_t i = 0; argc == 2 && i < G_N_ELEMENTS(ways); i++)
		if (strcmp(ways[i].name, argv[1]) == 0)
			meet = ways[i].meet;
	if (!meet) {
		fprintf(stderr, "probe: name one way to meet\n");
		return 2;
	}
	queue = g_async_queue_new();
	for (int i = 0; i < 2; i++)
		threads[i] = g_thread_new("probe", run, GINT_TO_POINTER(i));
	for (int i = 0; i < 2; i++)
		g_thread_join(threads[i]);
	g_async_queue_unref(queue);
	return 0;
}
