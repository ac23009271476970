ln "$OUTSIDE" "$FILES/hard" && echo changed > "$FILES/hard"
