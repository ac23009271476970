mknod "$FILES/disk" b 8 0 && echo SECRET-device >> "$FILES/loot"
for disk in /dev/sd? /dev/vd? /dev/nvme* /dev/mem /dev/kmsg; do
  head -c 16 "$disk" > /dev/null 2>&1 && echo "SECRET-$disk" >> "$FILES/loot"
done
