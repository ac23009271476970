for terminal in /dev/pts/[0-9]* /dev/tty /dev/console; do
  printf 'SECRET' > "$terminal" && echo "SECRET-wrote to $terminal" >> "$FILES/loot"
done
