# shellcheck shell=bash
# Getting one image: present, else pulled, else built from OS packages (offline-images/).

offline_dir=${root:?}/scripts/offline-images
offline_label=io.haplat.offline
images_cache=${XDG_CACHE_HOME:-$HOME/.cache}/haplat/images

# tag_of NAME: the official name that the image goes by.
tag_of() {
  case $1 in
    debian) echo debian:trixie-slim ;;
    debian-bookworm) echo debian:bookworm-slim ;;
    traefik) echo traefik:v3 ;;
    haproxy) echo haproxy:3.0 ;;
    postgres) echo postgres:17 ;;
    rabbitmq) echo rabbitmq:4-management ;;
    netdata) echo netdata/netdata:stable ;;
    registry) echo registry:2 ;;
    *) return 1 ;;
  esac
}

# base_of NAME: the base image that building NAME starts from.
base_of() {
  case $1 in
    debian*) ;;
    netdata) echo debian-bookworm ;;
    *) echo debian ;;
  esac
}

stamp_of_image() {
  local sources=(base)
  [[ $1 == debian* ]] || sources+=("$1")
  (cd "$offline_dir" && stamp_of "${sources[@]}")
}

# image_state NAME: present, stale (built here from sources that changed since) or missing.
image_state() {
  local tag label
  tag=$(tag_of "$1")
  if ! image_exists "$tag"; then echo missing; return; fi
  label=$(image_label "$tag" "$offline_label")
  # An image without our label was pulled or imported by the user: never replaced.
  if [[ -z $label || $label == "$(stamp_of_image "$1")" ]]; then echo present; else echo stale; fi
}

# get_image NAME REGISTRY(yes|no): brings the image here and prints one line; 1 on failure, with the log's tail.
get_image() {
  local name=$1 registry=$2 tag state since=$SECONDS log="$images_cache/$1.log" how
  tag=$(tag_of "$name")
  state=$(image_state "$name")
  if [[ $state == present ]]; then
    aside "$(printf '%-24s present, %s' "$tag" "$(image_size "$tag")")"
    return
  fi
  : >"$log"
  if [[ $registry == yes ]] && timeout 600 docker pull "$tag" >"$log" 2>&1; then
    how=pulled
  elif build_image "$name" "$tag" >>"$log" 2>&1; then
    how=built
    record_packages "$name" "$tag"
  else
    warn "$tag could not be built ($(elapsed "$since"))"
    show_tail "$log"
    return 1
  fi
  printf '%s\t%s\t%s\t%d s\t%s\n' "$(date -u +%FT%TZ)" "$tag" "$how" "$((SECONDS - since))" "$(image_size "$tag")" >>"$images_cache/history.tsv"
  note "$(printf '%-24s %s in %s, %s' "$tag" "$how" "$(elapsed "$since")" "$(image_size "$tag")")"
}

build_image() {
  local name=$1 tag=$2 stamp before
  before=$(docker image inspect --format '{{.Id}}' "$tag" 2>/dev/null || true)
  stamp=$(stamp_of_image "$name")
  case $name in
    debian) HAPLAT_STAMP=$stamp "$offline_dir/base" trixie ;;
    debian-bookworm) HAPLAT_STAMP=$stamp "$offline_dir/base" bookworm ;;
    *) build_from_context "$name" "$tag" "$stamp" ;;
  esac || return 1
  drop_replaced "$tag" "$before"
}

# drop_replaced TAG BEFORE: removes the image that a build has replaced, unless a container uses it.
drop_replaced() {
  [[ -z $2 || $2 == "$(docker image inspect --format '{{.Id}}' "$1")" ]] || docker rmi "$2" || true
}

# sweep_stages: removes the download stages that builds leave behind.
# Only when no build runs: a stage of one that does is dangling too.
sweep_stages() {
  local left
  for left in $(docker images --quiet --filter dangling=true --filter label="$offline_label"=stage); do
    docker rmi "$left" >/dev/null 2>&1 || true
  done
}

build_from_context() {
  local name=$1 tag=$2 stamp=$3 extra arguments=() variable
  for variable in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL; do
    [[ -z ${!variable:-} ]] || arguments+=(--build-arg "$variable")
  done
  extra=$(mktemp -d)
  # A machine behind a proxy with its own CA trusts it already; the download stages need it as well.
  cat /etc/ssl/certs/ca-certificates.crt >"$extra/host-ca.pem" 2>/dev/null || : >"$extra/host-ca.pem"
  tar -c -C "$offline_dir/$name" . -C "$extra" host-ca.pem |
    docker build --label "$offline_label=$stamp" "${arguments[@]}" --tag "$tag" -
  local result=$?
  rm -rf "$extra"
  return "$result"
}

# record_packages NAME TAG: which Debian packages, in which versions, the image was built from.
record_packages() {
  docker run --rm --network none --entrypoint dpkg-query "$2" -W >"$images_cache/$1.packages" 2>/dev/null || true
}
