"""Why there is no connection to the broker: one sentence for the technician, with what to do.

The names of settings are those of `site.yaml`.
"""

from gateway.intake.contract import ConnectionSettings


def connected(settings: ConnectionSettings, session_present: bool) -> str:
    session = "the session goes on" if session_present else "a new session"
    return f"Connected to the broker at {_where(settings)}, {session}."


def unreachable(settings: ConnectionSettings, error: OSError) -> str:
    detail = error.strerror or str(error)
    return (
        f"No broker answers at {_where(settings)} ({detail}); "
        "start it, or correct broker.url in site.yaml."
    )


def untrusted(settings: ConnectionSettings, detail: str) -> str:
    return (
        f"The certificate of the broker at {_where(settings)} is not to be trusted ({detail}); "
        "give the authority that signed it as broker.ca_file in site.yaml."
    )


def silent(settings: ConnectionSettings, seconds: float) -> str:
    return f"The broker at {_where(settings)} has not answered for {seconds:g} seconds."


def not_subscribed(settings: ConnectionSettings, seconds: float) -> str:
    return (
        f"The broker at {_where(settings)} takes the connection but has not confirmed our "
        f"subscriptions for {seconds:g} seconds."
    )


def lost(settings: ConnectionSettings, detail: str) -> str:
    return f"The connection to the broker at {_where(settings)} was closed ({detail})."


def bad_credentials(settings: ConnectionSettings) -> str:
    who = "a client without user name" if settings.username is None else f"'{settings.username}'"
    return (
        f"The broker at {_where(settings)} refuses {who}: wrong user name or password; "
        "check broker.username and broker.password_file in site.yaml."
    )


def refused(settings: ConnectionSettings, detail: str) -> str:
    return f"The broker at {_where(settings)} refuses the connection: {detail}."


def speaks_only_3_1_1(settings: ConnectionSettings) -> str:
    return (
        f"The broker at {_where(settings)} does not speak MQTT 5; "
        'set broker.protocol: "3.1.1" in site.yaml.'
    )


def no_answer(settings: ConnectionSettings, seconds: float) -> str:
    return (
        f"{_where(settings)} takes the connection but does not answer as a broker within "
        f"{seconds:g} seconds; check broker.url in site.yaml."
    )


def no_answer_to_mqtt_5(settings: ConnectionSettings) -> str:
    return (
        f"{_where(settings)} takes the connection but does not answer in MQTT 5; if the broker "
        'speaks only MQTT 3.1.1, set broker.protocol: "3.1.1" in site.yaml.'
    )


def subscriptions_refused(settings: ConnectionSettings, filters: tuple[str, ...]) -> str:
    return (
        f"The broker at {_where(settings)} refuses to let '{settings.client_id}' subscribe to "
        f"{', '.join(filters)}; allow it in the broker's access rules."
    )


def rival(settings: ConnectionSettings) -> str:
    return (
        f"The broker at {_where(settings)} keeps ending the connection: another client probably "
        f"uses our client id '{settings.client_id}'; stop the other gateway."
    )


def malformed(settings: ConnectionSettings, detail: str) -> str:
    return f"The broker at {_where(settings)} sent something that is not MQTT: {detail}."


def _where(settings: ConnectionSettings) -> str:
    return f"{settings.host}:{settings.port}"
