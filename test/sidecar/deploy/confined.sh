# Builds the root of a container in a mount namespace of its own, and runs a command in it, with nothing but what it is given:
# FOLDER NODE APP ACCOUNT CA VOLUME SIZE ROOT-MODE -- the command. The mounts go with the process.
set -eu
PATH=$PATH:/usr/sbin:/sbin
folder=$1 node=$2 app=$3 account=$4 ca=$5 volume=$6 size=$7 mode=$8
shift 9

bound() {
  mount --bind "$1" "$2"
  mount -o remount,bind,ro "$2"
}

mount -t tmpfs -o mode=755 root "$folder"
cd "$folder"
mkdir -p usr etc proc dev tmp app opt/node run var/run/secrets/kubernetes.io/serviceaccount ".$volume"
chmod 1777 tmp
touch opt/node/node opt/compass-ca.pem dev/null dev/urandom
bound /usr usr
bound /etc etc
for name in bin lib lib64 sbin; do
  if [ -L "/$name" ]; then cp -P "/$name" "$name"
  elif [ -d "/$name" ]; then mkdir "$name" && bound "/$name" "$name"; fi
done
mount --rbind /proc proc
mount --bind /dev/null dev/null
mount --bind /dev/urandom dev/urandom
bound "$node" opt/node/node
bound "$app" app
bound "$account" var/run/secrets/kubernetes.io/serviceaccount
bound "$ca" opt/compass-ca.pem
# As the kubelet makes an emptyDir in memory.
mount -t tmpfs -o "mode=777,size=$size" volume ".$volume"
mkdir old
pivot_root . old
cd /
umount -l /old
rmdir /old
mount -o "remount,bind,$mode" /
exec "$@"
