#!/usr/bin/env bash
# The README's commands on machines that have never seen the project: bare Debians, made by debootstrap, each as root in
# root's own closed home, as root in an open folder, and as a plain user without sudo. Needs root, debootstrap and a network.
#
#   bash tests/bare/run.sh [bookworm|trixie ...] [root-home|root-open|plain|sudo|sudoer ...]
#                          [demo|test|browser|up|bench|installed ...]
#
# Two more people on request: sudo is root, through sudo, in somebody else's closed home; sudoer is a user who may use it
# without a password. Without names: both systems, the first three people, and the steps demo, test, up and installed.
# Prints a line for each, keeps what they said in build/bare, and ends with status 1 if one failed. BASES keeps the bare
# systems for the next time, and MIRROR names another mirror than debootstrap's own.
set -euo pipefail
cd "$(dirname "$0")/../.."
HERE=$PWD
SAID=$HERE/build/bare
WORK=$(mktemp -d "${TMPDIR:-/var/tmp}/clientsync-bare-XXXXXX")
BASES=${BASES:-$WORK/bases}

systems=() people=() steps=()
for word in "$@"; do
  case "$word" in
    bookworm|trixie) systems+=("$word") ;;
    root-home|root-open|plain|sudo|sudoer) people+=("$word") ;;
    demo|test|browser|up|bench|installed) steps+=("$word") ;;
    *) echo "unknown word: $word" >&2; exit 2 ;;
  esac
done
[ ${#systems[@]} -gt 0 ] || systems=(bookworm trixie)
[ ${#people[@]} -gt 0 ] || people=(root-home root-open plain)
[ ${#steps[@]} -gt 0 ] || steps=(demo test up installed)

[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null || { echo "This needs root and debootstrap: apt-get install debootstrap" >&2; exit 2; }

cleaned() { # mounts live in the step's own namespace and are gone with it
  rm -rf --one-file-system "$WORK"
}
trap cleaned EXIT

base() { # suite: a bare system, and how this machine reaches its package registries
  [ -e "$BASES/$1/.whole" ] && return
  mkdir -p "$BASES"
  rm -rf --one-file-system "${BASES:?}/$1"
  debootstrap --variant=minbase --include=ca-certificates "$1" "$BASES/$1" ${MIRROR:-} >"$SAID/$1-debootstrap.log" 2>&1
  touch "$BASES/$1/.whole"
}

reaching() { # root: certificates, resolver and pip's own settings
  cp /etc/resolv.conf "$1/etc/resolv.conf"
  cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/ca-certificates.crt"
  printf '127.0.0.1 localhost\n' >"$1/etc/hosts"
}

within() { # root, command: as init of its own, so that nothing of it can stay
  unshare --mount --pid --fork --kill-child --mount-proc="$1/proc" bash -euc '
    root=$0
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=1777 shm "$root/dev/shm" 2>/dev/null || true
    exec chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8 \
      PIP_CERT="${PIP_CERT:-}" HTTPS_PROXY="${HTTPS_PROXY:-}" bash -euc "$1"
  ' "$1" "$2"
}

as_person() { # person, command
  if [ "$1" = plain ] || [ "$1" = sudoer ]; then printf 'su -s /bin/bash plain -c %q' "cd ~/clientsync && $2"
  elif [ "$1" = sudo ]; then printf 'su -s /bin/bash plain -c %q' "cd ~/clientsync && sudo -n -E bash -euc $(printf %q "$2")"
  elif [ "$1" = root-home ]; then printf 'export HOME=/root; cd ~/clientsync && %s' "$2"
  else printf 'export HOME=/root; cd /srv/clientsync && %s' "$2"; fi
}

home_of() { case "$1" in root-home) echo /root ;; root-open) echo /srv ;; *) echo /home/plain ;; esac; }

# What each step runs, in the checkout.
demo='make demo'
test='make test'
up='(timeout --signal=INT --kill-after=60 240 make up || [ $? = 124 ]) 2>&1 | tee /tmp/up; grep -q "^Password" /tmp/up; rm /tmp/up'
bench='make bench-quick'
installed='python3 -m venv ~/elsewhere && ~/elsewhere/bin/pip install --quiet . && mkdir ~/empty && cd ~/empty && ~/elsewhere/bin/clientsync demo && [ -z "$(ls -A)" ] && rm -r ~/elsewhere ~/empty'
browser='make test ARGS=tests/web/kit/test_leaving.py'

remains() { # root: what should be the same before and after
  (cd "$1" && cat etc/passwd etc/group && stat -c '%a %U %n' root home srv tmp var/tmp home/* srv/* root/* 2>/dev/null && find tmp var/tmp -mindepth 1 -maxdepth 1) |
    grep -v -e '/\.cache' -e pip- -e chromium -e '^systemd-' -e '^messagebus:' || true # accounts of packages that Chromium needs
}

mkdir -p "$SAID"
git clone --quiet --bare "$HERE" "$WORK/clientsync.git"
failed=0
for suite in "${systems[@]}"; do
  base "$suite"
  for person in "${people[@]}"; do
    root=$WORK/$suite-$person
    cp -a --reflink=auto "$BASES/$suite" "$root"
    reaching "$root"
    cp -r "$WORK/clientsync.git" "$root/srv/.clientsync.git"
    home=$(home_of "$person")
    within "$root" "
      apt-get update -qq
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends git make python3-venv >/dev/null
      useradd --create-home plain && chmod 700 /root /home/plain
      git clone --quiet /srv/.clientsync.git $home/clientsync
      [ $home != /home/plain ] || chown -R plain:plain $home/clientsync
      case $person in sudo*)
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends sudo >/dev/null
        echo 'plain ALL=(ALL) NOPASSWD:SETENV: ALL' >/etc/sudoers.d/plain ;;
      esac
    " >"$SAID/$suite-$person-prepared.log" 2>&1
    remains "$root" >"$WORK/before"
    for step in "${steps[@]}"; do
      log=$SAID/$suite-$person-$step.log
      began=$SECONDS
      if within "$root" "$(as_person "$person" "${!step}")" >"$log" 2>&1 </dev/null; then verdict=ok; else verdict=FAILED failed=1; fi
      remains "$root" >"$WORK/after"
      diff "$WORK/before" "$WORK/after" >"$log.left" && rm "$log.left" || { verdict="$verdict, LEFT SOMETHING BEHIND"; failed=1; }
      printf '%-9s %-10s %-10s %4d s  %s  %s\n' "$suite" "$person" "$step" "$((SECONDS - began))" "$verdict" \
        "$(grep -aoE '[0-9,]+ passed.*' "$log" | tail -n 1)"
    done
    rm -rf --one-file-system "$root"
  done
done
exit "$failed"
