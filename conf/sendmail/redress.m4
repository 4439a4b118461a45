divert(-1)
dnl
dnl Redress behind Sendmail (8.14 or newer): in sendmail.mc, after FEATURE lines
dnl and before MAILER lines, write
dnl
dnl	include(`/usr/share/redress/sendmail/redress.m4')dnl
dnl
dnl and make sendmail.cf anew.  A name that is defined before that line
dnl overrides its default here.  Milters that verify DKIM, SPF and DMARC are
dnl named before this line, so that ours reads the Authentication-Results that
dnl they wrote.  Where your people hand in their mail ours comes before the one
dnl that signs, since it may change what an agent writes:
dnl
dnl	DAEMON_OPTIONS(`Port=submission, Name=MSA, M=Ea,
dnl		InputMailFilters=redress;opendkim')dnl
dnl
dnl REDRESS_SOCKET: where redressd listens ("socket" in redress.conf, there
dnl "unix:..." and here "local:...").  Its folder may be writable by nobody but
dnl its owner, else Sendmail refuses it.
dnl
dnl REDRESS_SUBMISSION_PORT: "port" of "submission" in redress.conf.
dnl
ifdef(`REDRESS_SOCKET', `',
	`define(`REDRESS_SOCKET', `local:/run/redress/milter.sock')')
ifdef(`REDRESS_SUBMISSION_PORT', `',
	`define(`REDRESS_SUBMISSION_PORT', `10026')')
dnl
dnl F=T: while redressd is away the sender hears 451, keeps the complaint and
dnl comes again.  Time-outs: C to connect, S to send and R to hear an answer, E
dnl for the whole end of a mail.
dnl
divert(0)dnl
INPUT_MAIL_FILTER(`redress',
	`S='REDRESS_SOCKET`, F=T, T=C:10s;S:30s;R:30s;E:2m')dnl
dnl
dnl Redress's way out, a listener of its own on loopback.  The milter stands
dnl here too: it recognises its own mail by the signed Message-ID and records
dnl the hand-over with the queue id, and after a crash nothing that was handed
dnl over is sent again.  A milter that signs with DKIM is named after ours, as
dnl InputMailFilters=redress;opendkim.
DAEMON_OPTIONS(`Family=inet, Name=redress-outgoing, Addr=127.0.0.1, Port='REDRESS_SUBMISSION_PORT`, InputMailFilters=redress')dnl
