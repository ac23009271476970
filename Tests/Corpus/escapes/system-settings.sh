for setting in vm/swappiness kernel/core_pattern fs/file-max; do
  value=$(cat /proc/sys/$setting) && echo "$value" > /proc/sys/$setting && echo SECRET-$setting >> "$FILES/loot"
done
for file in /sys/kernel/mm/transparent_hugepage/enabled /sys/power/state; do
  [ -e $file ] && echo never >> $file && echo SECRET-$file >> "$FILES/loot"
done
