"""A mail server for tests: aiosmtpd on a free port of loopback, with the faults that its one argument, JSON, asks for.

Prints its port, then serves until its input ends. Appends one JSON value a line to `log`: what it was told, in order,
and each mail as Python's own reader of mail understands it.

certificate, key   PEM files; none: no TLS
implicit           TLS from the begin instead of STARTTLS
user, password     who may log in; none: everybody may send
mail, data         replies instead of 250; `data` may be hang_up or silence
rcpt               {address: reply}, or a list of replies: one after the other, then the last one
auth               reply to a login instead of the true one
"""
import asyncio
import email
import email.policy
import json
import os
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult

options = json.loads(sys.argv[1])
log = open(options["log"], "a", encoding="utf-8")


def note(**what):
    log.write(json.dumps(what) + "\n")
    log.flush()


def is_secure(server):
    return server.transport.get_extra_info("sslcontext") is not None


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        note(said="EHLO", name=hostname, tls=is_secure(server))
        return responses

    async def handle_STARTTLS(self, server, session, envelope):
        return True

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        note(said="MAIL", address=address)
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return options.get("mail", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        note(said="RCPT", address=address)
        reply = options.get("rcpt", {}).get(address, "250 OK")
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        note(
            said="DATA",
            tls=is_secure(server),
            user=session.auth_data.login.decode() if session.auth_data else "",
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            headers=[[name, str(value)] for name, value in message.items()],
            defects=[repr(defect) for part in message.walk() for defect in part.defects],
            parts=[[part.get_content_type(), part.get_content()] for part in message.iter_parts()],
            raw=envelope.content.decode("latin-1"),
        )
        reply = options.get("data", "250 OK")
        if reply == "silence":
            await asyncio.Event().wait()
        if reply == "hang_up":
            server.transport.abort()
        return reply


def authenticate(server, session, envelope, mechanism, data):
    given = (data.login.decode(), data.password.decode())
    right = given == (options["user"], options["password"])
    note(said="AUTH", mechanism=mechanism, right=right)
    if "auth" in options:
        return AuthResult(success=False, handled=False, message=options["auth"])
    return AuthResult(success=right, handled=False, auth_data=data)


def context():
    if "certificate" not in options:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(options["certificate"], options["key"])
    return made


async def main():
    loop = asyncio.get_running_loop()
    tls, implicit = context(), options.get("implicit", False)
    arguments = dict(hostname="mail.test", loop=loop, timeout=60)
    if tls and not implicit:
        arguments.update(tls_context=tls, require_starttls=True)
    if "user" in options:
        arguments.update(
            authenticator=authenticate, auth_required=True, auth_require_tls=not implicit and tls is not None
        )
    server = await loop.create_server(
        lambda: SMTP(Handler(), **arguments), "127.0.0.1", 0, ssl=tls if implicit else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# Its end is the end of the test: the test program holds the other end of the pipe.
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
asyncio.run(main())
