echo changed > "$ELSEWHERE/kept.txt"
rm -f "$ELSEWHERE/kept.txt"
touch "$ELSEWHERE/new.txt"
