"""The TLS context that recognises the broker."""

import ssl

from gateway.intake.contract import ConnectionSettings, FatalIntakeError


def client_context(settings: ConnectionSettings) -> ssl.SSLContext | None:
    """None without TLS. Certificate and host name are always verified.

    Raises FatalIntakeError when the file of the authority cannot be used.
    """
    if settings.tls is None:
        return None
    ca_file = settings.tls.ca_file
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one: the file holds no certificate
        raise FatalIntakeError(
            f"The certificate file {ca_file} cannot be used ({error.strerror or error}); "
            "broker.ca_file in site.yaml must name a readable PEM file."
        ) from error
