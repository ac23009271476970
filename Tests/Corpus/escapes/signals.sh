kill -9 "$VICTIM"
kill -9 -1
