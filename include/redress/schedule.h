/*
 * schedule: a thread that asks the store for what is due, has the engine carry
 * it out, and sleeps until the next.
 */
#ifndef REDRESS_SCHEDULE_H
#define REDRESS_SCHEDULE_H

#include <redress/base.h>
#include <redress/engine.h>

typedef struct ScheduleOptions ScheduleOptions;
struct ScheduleOptions {
	Engine *engine; /* (transfer none) */
	const char *driver;
	const char *target;
	int64_t (*now_s)(void); /* the wall clock */
	/* Called on the thread when something went wrong; it goes on by itself
	 * (nullable). */
	void (*failed)(const GError *problem, void *user);
	void *user;
};

typedef struct Schedule Schedule;

/* (transfer full) */
Schedule *schedule_new(const ScheduleOptions *options, GError **error);
void schedule_free(Schedule *schedule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Schedule, schedule_free)

/* From any thread, never blocks: deadlines may have changed. */
void schedule_wake(Schedule *schedule);

/* Monotonic time at which the thread last went round, for the watchdog. */
int64_t schedule_alive_ms(const Schedule *schedule);

#endif
