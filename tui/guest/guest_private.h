/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of struct guest, shared by the files of this room and by nobody else: guest.c is the
 * public face, agent.c talks to the guest's agent, orders.c orders what is to be set, hold.c while
 * tracing is stopped for it, events.c orders events, resume.c all of it again after a restart,
 * come_back.c opens a domain that runs again, streams.c holds the channels,
 * event_formats.c gets formats to the engine, saving.c writes captures, saving_dat.c trace.dat
 * files, engine.c keeps the engine, replay.c opens a capture in the place of a guest, replay_dat.c
 * a trace.dat, ram.c a guest's memory.
 */
#ifndef VTRACE_GUEST_PRIVATE_H
#define VTRACE_GUEST_PRIVATE_H

#include "tui/capture/capture.h"
#include "tui/capture/dat.h"
#include "tui/guest/chosen.h"
#include "tui/guest/control.h"
#include "tui/guest/engine_link.h"
#include "tui/guest/guest.h"

/* A CPU's source: its channel, or a capture's file. */
struct guest_stream {
	bool present;
	bool ended; /* nothing more comes from fd */
	int fd;	    /* kept for the next engine; -1 while a socket is away */
};

/* A capture being written, by `s` or by -w. */
struct guest_saving {
	struct capture_writer *writer; /* of a capture directory */
	struct dat_writer *dat;	       /* of a trace.dat; neither: nothing is saved */
	char *path;
	unsigned left; /* replies of the engine still to come */
	bool ending;   /* a recording whose end was asked for */
	uint64_t pages;
	uint64_t bytes;
	int error;	     /* the first */
	bool formats_saved;  /* the capture has its formats */
	bool stale_told;     /* that a trace.dat keeps formats of an earlier boot */
	uint32_t end_serial; /* of ENGINE_RECORD_END */
};

/* Tracing is stopped for an order, see hold.c. */
enum hold_step { HOLD_STOP, HOLD_DRY, HOLD_ORDER, HOLD_FORMATS, HOLD_START };

struct guest_hold {
	bool on;
	bool sizes; /* pages may have another size then */
	enum hold_step step;
	struct guest_order *order; /* NULL: it has been answered */
	int timer;
	int64_t dry_until; /* ms of guest_now_ms() */
};

/* What is known of the agent and what is asked of it. */
struct guest_agent {
	struct control_client *control; /* NULL: a capture, or gone */
	struct guest_hello hello;
	unsigned long_size; /* 0: not told */
	bool big_endian;
	int timer;		  /* says hello again */
	bool met;		  /* has answered hello */
	bool wanted;		  /* tracing was asked for here, and not yet its end */
	bool wanted_before;	  /* it was, or went on, when the domain went */
	bool came_back;		  /* the domain went and runs again */
	bool keeps;		  /* it leaves pages in memory, and sends none */
	bool start_held;	  /* wanted, but a recording waits for its formats first */
	bool restarted;		  /* "agent started" was noted since the last answer to hello */
	bool lost;		  /* the FIFOs' other side is closed */
	unsigned ordered;	  /* starts and stops that are not answered yet */
	unsigned silent;	  /* hellos in a row without an answer */
	guest_stats_fn *stats_fn; /* waits for the answer to stats, or NULL */
	void *stats_data;
	struct guest_order *orders; /* of orders.c and events.c, not answered yet */
	struct guest_hold hold;
	bool changed;		       /* by orders of ours, and not put back */
	bool settings_changed;	       /* something else than events */
	struct chosen chosen;	       /* by such orders */
	bool start_after;	       /* tracing starts when all of it is ordered again */
	bool start_settled;	       /* and then only with the formats */
	enum control_verb resuming;    /* what was ordered again last */
	unsigned notes;		       /* in the second that began at notes_since */
	int64_t notes_since;	       /* CLOCK_MONOTONIC, ms */
	bool offline[VTRACE_MAX_CPUS]; /* a row is to say it when the CPU's last page is here */
	char offline_when[16];
};

enum formats_step { FORMATS_IDLE, FORMATS_EXPORT, FORMATS_LOAD };

/* The formats bundle on its way over the control port. */
struct formats_pull {
	int fd; /* memfd that it is put into; -1: the agent gathers it, or nothing is on its way */
	uint64_t generation, bytes, got;
	unsigned told;	    /* hundredths */
	unsigned strays;    /* answers to something else */
	char progress[128]; /* a sentence; "": it has not begun */
};

struct guest_formats_state {
	enum formats_step step;
	int64_t load_since; /* CLOCK_MONOTONIC, ms, when FORMATS_LOAD began */
	char trouble[768];  /* why they are not fresh from the agent; told with what comes of it */
	bool settled;	    /* an attempt has ended, well or not */
	bool loaded;	    /* reply tells of what the engine has */
	bool again;	    /* asked for while a step was under way */
	int fd;		    /* sealed copy of the bundle that the engine has accepted, or -1 */
	int candidate;	    /* of the one that it is reading, or -1 */
	struct formats_pull pull;
	struct engine_formats_reply reply;
	uint64_t unknown;    /* events without a format when they were last loaded */
	bool for_unknown;    /* fetched because of them */
	bool unknown_begun;  /* those counted before the first formats came do not matter */
	int64_t not_before;  /* ms: a refresh for unknown events waits until then */
	int64_t back_off_ms; /* and doubles each time */
};

/* A trace.dat in the place of a guest, as the engine has told of it. */
struct guest_dat {
	int fd;
	uint32_t version;
	uint32_t buffers;
	uint32_t used;			/* buffers that have pages */
	bool ticks;			/* times are shown as they are */
	bool shifted;			/* the file changes the times of its pages */
	bool dated;			/* into times of day */
	bool apart;			/* a stream's number is not its CPU's */
	char (*names)[ENGINE_NAME_MAX]; /* of buffers */
	struct engine_dat_stream stream[VTRACE_MAX_CPUS];
	struct engine_formats_reply reply;
};

/* A guest's memory in the place of channels. */
struct guest_ram {
	int fd;
	bool once;
	bool after_death; /* of a guest with channels, which has panicked */
	bool awaited;	  /* the domain was started again: its ring comes when its kernel has it */
	int timer;	  /* to look for it again; -1 */
	unsigned looks;	  /* in vain */
	bool steered;	  /* the agent takes orders for the ring, and leaves its pages in it */
	bool asked;	  /* it was told to */
	bool refused;	  /* it does not, as was said */
	bool core;
	char *formats;	   /* as given, or NULL */
	char *share;	   /* directory, or NULL */
	bool found;	   /* a ring buffer, at offset */
	bool begun;	   /* the engine was told to read it */
	bool told;	   /* what it has found, by the engine that looks now */
	int64_t booted_at; /* CLOCK_MONOTONIC, ms, when it last told of a boot; 0: it has not */
	bool failed;
	uint64_t offset;
	char release[68]; /* of its kernel, "" unknown */
	char build_id[VTRACE_BUILD_ID_SIZE];
	char progress[64];
};

/* Whether the engine answers. */
struct guest_engine_late {
	int timer;	/* -1: none */
	bool heard;	/* something came from it since the last look */
	unsigned looks; /* since it was heard */
	bool told;
	uint32_t serial; /* of what it was asked for, to hear it */
};

struct guest {
	struct guest_events events;
	void *data;
	struct channels channels; /* all empty for a capture */
	char *name;
	uint64_t memory;
	uint64_t record_limit;
	unsigned dat_version;
	bool require_sandbox;
	uint32_t engine_uid;
	uint32_t engine_gid;
	bool exposure_told;			  /* of what others may write to */
	char sandbox[sizeof(struct engine_text)]; /* what the engine said of it; "": nothing yet */
	struct engine_filter filter;		  /* of what is shown; all "": everything */
	enum guest_state state;
	struct engine_link link;
	struct guest_engine_late late;
	struct guest_stream stream[VTRACE_MAX_CPUS];
	unsigned cpus;	      /* above the highest stream */
	int reconnect_timer;  /* of the CPUs' sockets */
	bool live;	      /* pages are kept, not discarded: the engine was told so */
	bool live_sure;	      /* and has answered since */
	uint32_t live_serial; /* of the request that it answers then */
	bool live_held;	      /* to become live when the recording has begun */
	char *record_path;    /* -w, until it has begun */
	struct guest_saving record;
	uint32_t record_abandoned; /* serial of the end of one that failed to begin; 0: none */
	struct guest_saving save;
	struct guest_agent agent;
	struct guest_formats_state formats;
	struct wall_clock wall;
	int64_t paused_since; /* CLOCK_MONOTONIC, ms, when libvirt told of it; 0: it runs */
	int64_t panicked_at;  /* likewise, when it told of a panic; 0: it lives */
	struct capture_reader *capture; /* what is replayed, or NULL */
	struct guest_dat *dat;		/* or this */
	struct guest_ram *ram;		/* what is read in the place of channels, or NULL */
	char *greeting; /* to be said once the caller of guest_open_capture() can hear it */
};

/* guest.c */
void guest_say(struct guest *guest, enum guest_severity severity, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void guest_set_state(struct guest *guest, enum guest_state state);
void guest_changed(struct guest *guest);
/* A row of this among the guest's events; rebooted as in struct engine_note. */
void guest_note(struct guest *guest, bool rebooted, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* One in that CPU's stream only. */
void guest_note_cpu(struct guest *guest, unsigned cpu, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Of such a row: "HH:MM:SS", the time of day. Returns text, which has 16 bytes. */
const char *guest_time_of_day(char *text);
/* Let pages be kept from now on, after the recording that was asked for has begun; that waits
 * for formats_settle(). True once the engine is known to keep them; agent_release_start() is
 * called when it becomes so later. */
bool guest_go_live(struct guest *guest);
void guest_is_live(struct guest *guest);
/* The other side of the channels is closed for good. */
void guest_gone(struct guest *guest);
int64_t guest_now_ms(void);
/* 0 or -ENOMEM; what was copied is to be released. */
int guest_copy_channels(struct channels *to, const struct channels *from);
/* Allocate and fill what a guest and a capture have in common. */
struct guest *guest_new(const char *name, const struct guest_options *options,
			const struct guest_events *events, void *data);

/* agent.c */
int agent_open(struct guest *guest, char *error, size_t error_size);
void agent_close(struct guest *guest);
int agent_start(struct guest *guest);
int agent_stop(struct guest *guest);
/* A start that waited for the recording to begin may go out. */
void agent_release_start(struct guest *guest);
/* Ask again how things stand, before the time. */
void agent_say_hello(struct guest *guest);
/* It is known what the agent does. */
void agent_became(struct guest *guest, bool tracing);

/* cpu_notes.c; text is a note of the agent's. */
void cpu_notes_take(struct guest *guest, const char *text);

/* resume.c */
/* Order again what was chosen, of an agent or a kernel that does not know of it, then start. True:
 * in the end formats are fetched, which would be wrong before. */
bool agent_resume(struct guest *guest, bool start);
/* A start that waits for the formats of what was chosen may go out. */
void agent_resume_settled(struct guest *guest);
/* Ask whether an earlier console has changed the guest's events: they are ours to put back. */
void agent_take_over(struct guest *guest);

/* orders.c */
/* Forget what was asked; nobody is called back, or everybody, with an error. */
void agent_drop_orders(struct guest *guest);
void agent_fail_orders(struct guest *guest);

/* hold.c */
/* The agent that was told to stop is not there any more: what was not sent yet has failed. */
void hold_forget(struct guest *guest);
/* The same, and nobody is called back. */
void hold_release(struct guest *guest);
void hold_formats_settled(struct guest *guest);

/* engine.c */
int engine_open(struct guest *guest, char *error, size_t error_size);

/* engine_late.c */
/* There is an engine; something came from it; the guest goes. */
void engine_late_begin(struct guest *guest);
void engine_late_heard(struct guest *guest);
void engine_late_release(struct guest *guest);

/* streams.c */
int streams_open(struct guest *guest, char *error, size_t error_size);
void streams_close(struct guest *guest);
/* Hand every open stream to the engine. */
int streams_hand_over(struct guest *guest);
/* Throw away what a guest that does not trace has left in its channels. The engine does so as well
 * while it discards, but may not have come to it yet. */
void streams_drain(struct guest *guest);
void streams_state(struct guest *guest, const struct engine_stream_state *state);
bool streams_all_ended(const struct guest *guest);
/* Has the engine taken all that has come? */
bool streams_are_dry(const struct guest *guest);

/* event_formats.c */
/* Export in the guest where there is an agent to do it, then load from the share. */
int formats_fetch(struct guest *guest);
/* Load what lies on the share as it is; trouble says in words why nothing better can be done. */
void formats_load_share(struct guest *guest, const char *trouble, ...)
	__attribute__((format(printf, 2, 3)));
/* Give the bundle that is held to the engine. */
int formats_hand_over(struct guest *guest);
void formats_replied(struct guest *guest, const struct engine_formats_reply *reply);
/* Statistics passed by: unknown events mean that the formats are stale. */
void formats_watch_unknown(struct guest *guest, const struct engine_packet *packet);
/* Give a bundle (sealed; the guest's from now on) to the engine, which judges it. */
void formats_use(struct guest *guest, int fd);
/* The attempt under way ended; what waited for it goes on. */
void formats_settle(struct guest *guest);
/* What the engine was given is good: a recording gets it, and so does the next engine. */
void formats_keep_candidate(struct guest *guest);
/* The engine has been given formats. */
void formats_load_begins(struct guest *guest);

/* What came of formats_pull(): a sealed bundle, which is the guest's then, or why there is none; or
 * another agent is there. */
void formats_pulled(struct guest *guest, int fd);
void formats_not_pulled(struct guest *guest, const char *why);
void formats_pull_again(struct guest *guest);

/* formats_pull.c */
/* Have the agent send its formats over the control port. 0 or -errno. */
int formats_pull(struct guest *guest);
void formats_pull_release(struct guest *guest);

/* replay_dat.c */
/* Whether what lies at path is read as a trace.dat. */
bool replay_is_dat(const char *path);
int replay_dat_open(struct guest *guest, const char *path, char *error, size_t error_size);
void replay_dat_release(struct guest *guest);
int replay_dat_hand_over(struct guest *guest);
void replay_dat_replied(struct guest *guest, const struct engine_dat_reply *reply);
void replay_dat_formats(struct guest *guest, int error);
/* 0, or -EOPNOTSUPP with a sentence in error. True of everything else than a trace.dat. */
int replay_dat_can_save(struct guest *guest, const char *path, char *error, size_t error_size);
/* Bytes of a CPU in the file, and whether they are other ones than its pages'. */
uint64_t replay_dat_bytes(const struct guest *guest, unsigned cpu);
bool replay_dat_packed(const struct guest *guest);
/* The number that a stream's CPU has. */
unsigned replay_dat_number(const struct guest *guest, unsigned cpu);
/* Whether a file is read in the place of a guest. */
static inline bool guest_is_file(const struct guest *guest)
{
	return guest->capture || guest->dat;
}

/* ram.c; each does nothing of a guest that is no memory. */
void ram_release(struct guest *guest);
int ram_hand_over(struct guest *guest);
void ram_replied(struct guest *guest, const struct engine_packet *packet);
void ram_formats_settled(struct guest *guest);
/* The engine reads a CPU's ring. */
void ram_stream_opened(struct guest *guest, unsigned cpu);
/* What is waited for before anything is read, or NULL. */
const char *ram_waiting(const struct guest *guest);

/* ram_steer.c */
/* Connect to the agent, for orders about the ring; channels may be NULL. What is wrong is told. */
void ram_steer(struct guest *guest, const struct channels *channels);
/* Its answer to hello came: whether it has yet to be told to leave pages where they are. */
bool ram_wants_agent(struct guest *guest);
/* Tell it so, then: true. Where the channels are read, that it is to send them again if it does
 * not: then it is stopped. */
bool ram_meets(struct guest *guest, bool *stopped);
/* Nobody steers any more: the next host may want pages. */
void ram_let_go(struct guest *guest);

/* ram_later.c */
/* There was no ring in the memory: whether that is no error, since it is looked for again or there
 * need not be one. */
bool ram_not_found(struct guest *guest, const char *reason);
/* The rows of before are of other pages, whose times may be later: a row tells where they end. */
void ram_begins(struct guest *guest);
/* The agent of a guest that was dead answers: its channels are read again. */
void ram_guest_lives(struct guest *guest);

/* saving.c */
int saving_check_path(const char *path, char *error, size_t error_size);
/* Begin the recording that was asked for; failing is told and ends it. */
void recording_begin(struct guest *guest);
void recording_add_formats(struct guest *guest);
/* Ask the engine to end the recording; its replies finish it. */
void recording_end(struct guest *guest);
/* The engine has recorded as much as was allowed. */
void recording_full(struct guest *guest);
void saving_replied(struct guest *guest, uint32_t serial, const struct engine_save_reply *reply);
/* The engine died: leave what there is, and say where it lies. */
void saving_lost(struct guest *guest);
static inline bool saving_active(const struct guest_saving *saving)
{
	return saving->writer || saving->dat;
}

/* saving_dat.c */
/* Make the file and hand its regions to the engine, to record into or to save what is held. What
 * was handed over is counted in saving->left. 0 or -errno with a sentence in error. */
int saving_dat_begin(struct guest *guest, struct guest_saving *saving,
		     const struct capture_manifest *manifest, bool record, char *error,
		     size_t error_size);
void saving_dat_add_formats(struct guest *guest, struct guest_saving *saving);
/* The engine has written all; or it is dead. 0 or -errno. */
int saving_dat_finish(struct guest *guest, struct guest_saving *saving);

#endif
