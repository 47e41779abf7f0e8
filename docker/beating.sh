# Health of the worker in this container: its loop that takes tasks has lately announced itself to the server.
[ -n "$(find "$CERTIFY_HEARTBEAT_FILE" -newermt "-${CERTIFY_HEARTBEAT_TTL_S:-10} seconds")" ]
