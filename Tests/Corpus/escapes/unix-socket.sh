perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, pack_sockaddr_un($ENV{SOCKET})) and print "SECRET-connected\n"' >> "$FILES/loot"
