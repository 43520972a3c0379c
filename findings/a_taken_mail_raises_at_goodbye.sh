#!/usr/bin/env bash
# A mail that a server has taken, and whose session it ends in its own way.
#
# Packages: none but Python's own smtplib. Python 3.11 or newer.
#
# A guess: once `send_message` has returned, the mail is the server's, and leaving `with smtplib.SMTP(…)` only tidies up;
# whatever the server says to the last QUIT, the block has done what it is for.
#
# What happens: leaving the block sends QUIT and raises SMTPResponseException unless the answer is 221. A server that is
# shutting down or has had enough of the connection may well say 421 there, which RFC 5321 allows at any time: a mail that
# was taken looks as if it had failed, and a caller who tries again sends it twice. A server that hangs up without a word
# is forgiven.
#
# Seen:
#   221 after QUIT: mails taken 1, the block ends well
#   421 after QUIT: mails taken 1, the block raises SMTPResponseException(421, …)
#   nothing after QUIT, hung up: mails taken 1, the block ends well
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/mail.py" <<'PYTHON'
import smtplib
import socket
import threading
from email.message import EmailMessage


def serve(listener, goodbye, taken):
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as lines:

        def say(line):
            lines.write(line + b"\r\n")
            lines.flush()

        say(b"220 here")
        for line in lines:
            word = line.split()[0].upper()
            if word == b"DATA":
                say(b"354 go on")
                while lines.readline() != b".\r\n":
                    pass
                taken.append(1)
                say(b"250 taken")
            elif word == b"QUIT":
                if goodbye:
                    say(goodbye)
                return
            else:
                say(b"250 fine")


def ends(goodbye):
    taken, mail = [], EmailMessage()
    mail["From"], mail["To"] = "a@example.com", "b@example.com"
    mail.set_content("text")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener, goodbye, taken))
        server.start()
        try:
            with smtplib.SMTP("127.0.0.1", listener.getsockname()[1], local_hostname="here") as smtp:
                smtp.send_message(mail)
            ended = "ends well"
        except smtplib.SMTPResponseException as error:
            ended = f"raises {type(error).__name__}({error.smtp_code}, …)"
        server.join()
    return f"mails taken {len(taken)}, the block {ended}"


print("221 after QUIT:", ends(b"221 bye"))
print("421 after QUIT:", ends(b"421 shutting down"))
print("nothing after QUIT, hung up:", ends(b""))
PYTHON

python3 "$folder/mail.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
221 after QUIT: mails taken 1, the block ends well
421 after QUIT: mails taken 1, the block raises SMTPResponseException(421, …)
nothing after QUIT, hung up: mails taken 1, the block ends well
SEEN
