"""A private Cyrus: a server of mailboxes of another make than Dovecot.

    cyrus = place.started(Cyrus(
        place.subfolder("cyrus"), users={"mari": "secret"}))   # at cyrus.port

Its package is unpacked, not installed; it runs from a folder of its own, as one
of Debian's standing accounts, and nothing of the system's is read or written.
It logs to the system's log alone, if that is there."""

import pathlib
import shutil
import stat
import subprocess

from servers import (
    LOOPBACK, MAIL_OWNER, PATIENCE_S, ServerError, free_port, kill_group,
    kill_processes_of, mta_root, port_listens, stop_process, wait_for)

IMAPD_CONF = """\
configdirectory: {folder}/config
proc_path: {folder}/run/proc
mboxname_lockpath: {folder}/run/lock
idlesocket: {folder}/run/idle
notifysocket: {folder}/run/notify
lmtpsocket: {folder}/run/lmtp
master_pid_file: {folder}/run/pid
master_ready_file: {folder}/run/ready
defaultpartition: default
partition-default: {folder}/mail
cyrus_user: {owner}
cyrus_group: {owner}
servername: mail.example.com
defaultdomain: example.com
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: PLAIN LOGIN
autocreate_users: anyone
autocreate_quota: 0
autocreate_inbox_folders: Sent|Done
xlist-sent: Sent
unixhierarchysep: yes
altnamespace: yes
expunge_mode: immediate
"""

CYRUS_CONF = """\
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {folder}/imapd.conf -U 30" listen="127.0.0.1:{port}" prefork=0
}}
EVENTS {{
}}
DAEMON {{
  idled cmd="{bin}/idled -C {folder}/imapd.conf"
}}
"""


def reachable(root, folder):
    """The programs where the account that they run as may go: not below
    /root, say, whose clone is then copied."""
    if all(place.stat().st_mode & stat.S_IXOTH
           for place in (root, *root.parents)):
        return root
    return shutil.copytree(root, folder / "programs", symlinks=True)


class Cyrus:
    """users: {name: password}, as they log in."""

    def __init__(self, folder, users):
        self.folder = folder
        self.root = reachable(mta_root("cyrus"), folder)
        self.host, self.port = LOOPBACK, free_port()
        self._process = None
        values = {"folder": folder, "owner": MAIL_OWNER, "port": self.port,
                  "bin": self.root / "usr/lib/cyrus/bin"}
        self.config_file = folder / "imapd.conf"
        self.config_file.write_text(IMAPD_CONF.format(**values))
        (folder / "cyrus.conf").write_text(CYRUS_CONF.format(**values))
        for name in ("config", "run", "run/proc", "run/lock", "mail",
                     *(f"config/{name}" for name in (
                         "db", "socket", "log", "msg", "proc", "ptclient",
                         "quota", "sieve", "user", "backup", "sync"))):
            (folder / name).mkdir()
            shutil.chown(folder / name, MAIL_OWNER, MAIL_OWNER)
        for name, password in users.items():
            self._add_user(name, password)
        shutil.chown(folder / "sasldb2", MAIL_OWNER, MAIL_OWNER)

    def __str__(self):
        return f"Cyrus in {self.folder}"

    def _environment(self):
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C",
                "LD_LIBRARY_PATH": ":".join(
                    str(self.root / name) for name in (
                        "usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")),
                # How what it leaves running is found.
                "REDRESS_TEST_FOLDER": str(self.folder)}

    def _add_user(self, name, password):
        done = subprocess.run(
            [self.root / "usr/sbin/saslpasswd2", "-c", "-p", "-f",
             self.folder / "sasldb2", "-u", "mail.example.com", name],
            input=password.encode(), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            raise ServerError(f"saslpasswd2: {done.stdout}")

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [self.root / "usr/lib/cyrus/bin/master",
                 "-C", self.config_file, "-M", self.folder / "cyrus.conf",
                 "-p", self.folder / "run/pid"],
                env=self._environment(), cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        wait_for(lambda: self._process.poll() is not None
                 or port_listens(self.port), PATIENCE_S, "Cyrus to start",
                 self.log)
        if self._process.poll() is not None:
            raise ServerError(f"Cyrus ended at once\n{self.log()}")

    def stop(self):
        if self._process:
            process, self._process = self._process, None
            stop_process(process)
            kill_group(process)
            kill_processes_of(self.folder)

    def log(self):
        path = pathlib.Path(self.folder / "log")
        return path.read_text(errors="replace") if path.exists() else ""
