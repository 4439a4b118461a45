"""A private Dovecot.

    dovecot = place.started(Dovecot(
        place.subfolder("dovecot"), users={"mari": "secret"},
        auth_socket=queue / "private/auth",    # for SMTP AUTH
        imap=True))                            # at dovecot.port

Its package is unpacked, not installed; it runs from a folder of its own, with
Debian's standing accounts, and nothing of the system's is read or written."""

import shutil
import subprocess

from servers import (
    LOOPBACK, MAIL_OWNER, PATIENCE_S, ServerError, free_port, kill_group,
    kill_processes_of, mta_root, port_listens, stop_process, wait_for)

# Of what it writes on standard error, the end is shown.
SAID_MOST = 4000

DOVECOT_CONF = """\
base_dir = {folder}/run
state_dir = {folder}/state
libexec_dir = {root}/usr/lib/dovecot
mail_plugin_dir = {root}/usr/lib/dovecot/modules
import_environment = TZ LD_LIBRARY_PATH REDRESS_TEST_FOLDER
default_internal_user = {owner}
default_internal_group = {owner}
default_login_user = nobody
log_path = {folder}/log
listen = 127.0.0.1
protocols = {protocols}
ssl = {ssl}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %Lu
# A wrong password is not punished with a pause.
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = {folder}/passwd
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner} home={folder}/home/%u
}}
# That account's number is a low one.
first_valid_uid = 1
mail_location = maildir:~/Maildir
{auth}
{imap}
{extra}
"""

# For Postfix: "smtpd_sasl_type = dovecot".
AUTH_LISTENER = """\
service auth {{
  unix_listener {socket} {{
    mode = 0666
  }}
}}
"""

IMAP_LISTENERS = """\
service imap-login {{
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
"""


class Dovecot:
    """users: {name: password}, as they log in.  auth_socket: where an SMTP
    server asks who they are (None: it asks nobody).  imap: listens at port;
    with certificate, (file, key file) as of TestCa.certificate(), it takes
    STARTTLS there, and TLS at once at tls_port.  extra: further lines of
    dovecot.conf.  A user's mails are in home(user) / "Maildir"."""

    def __init__(self, folder, users, auth_socket=None, imap=False,
                 certificate=None, extra=""):
        self.folder, self.root = folder, mta_root("dovecot")
        self.host = LOOPBACK
        self.port = free_port() if imap else 0
        self.tls_port = free_port() if imap and certificate else 0
        self.log_file = folder / "log"
        self._said_file = folder / "said"
        self.auth_socket = auth_socket
        self.config_file = folder / "dovecot.conf"
        self._process = None
        for name in ("run", "state", "home"):
            (folder / name).mkdir(mode=0o755)
        shutil.chown(folder / "home", MAIL_OWNER, MAIL_OWNER)
        # Read as the unprivileged user too.
        (folder / "passwd").write_text("".join(
            f"{name}:{{PLAIN}}{password}::::::\n"
            for name, password in users.items()))
        self.config_file.write_text(DOVECOT_CONF.format(
            folder=folder, root=self.root, owner=MAIL_OWNER, extra=extra,
            protocols="imap" if imap else "",
            ssl="yes\nssl_cert = <{}\nssl_key = <{}".format(*certificate)
            if certificate else "no",
            imap=IMAP_LISTENERS.format(plain=self.port, tls=self.tls_port)
            if imap else "",
            auth=AUTH_LISTENER.format(socket=auth_socket)
            if auth_socket else ""))

    def __str__(self):
        return f"Dovecot in {self.folder}"

    def _environment(self):
        libraries = self.root / "usr/lib/dovecot"
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C",
                "LD_LIBRARY_PATH": f"{libraries}:{libraries}/modules/"
                                   "old-stats",
                # How what it leaves running is found.
                "REDRESS_TEST_FOLDER": str(self.folder)}

    def start(self):
        """Its programs look for modules where the package would have put
        them: in a mount namespace of their own they find them there, while
        the system's /usr/lib stays as it is.  By way of doveconf, as dovecot
        itself does, which would look for that below /usr/bin.

        It ends with the test even if that is killed."""
        with open(self._said_file, "wb") as said:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM",
                 "unshare", "--mount", "--propagation", "private", "sh", "-c",
                 'mount -t overlay dovecot -o "lowerdir=$0:/usr/lib" /usr/lib '
                 '&& exec "$@"', self.root / "usr/lib",
                 self.root / "usr/bin/doveconf", "-c", self.config_file,
                 "-f", "service=master", "-e", self.root / "usr/sbin/dovecot",
                 "-F", "-c", self.config_file],
                env=self._environment(), cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True)
        wait_for(lambda: self._process.poll() is not None
                 or self._is_up(), PATIENCE_S, "Dovecot to start",
                 self._reason)
        if self._process.poll() is not None:
            raise ServerError(f"Dovecot ended at once\n{self._reason()}")

    def _is_up(self):
        return "starting up" in self.log() and (
            not self.auth_socket or self.auth_socket.exists()) and (
            not self.port or port_listens(self.port))

    def _reason(self):
        """What it said before it had a log, and what it logged."""
        said = self._said_file.read_text(errors="replace")
        return said[-SAID_MOST:] + self.log()

    def home(self, user):
        return self.folder / "home" / user

    def stop(self):
        if self._process:
            process, self._process = self._process, None
            stop_process(process)
            kill_group(process)
            kill_processes_of(self.folder)

    def log(self):
        return self.log_file.read_text(errors="replace") \
            if self.log_file.exists() else ""
