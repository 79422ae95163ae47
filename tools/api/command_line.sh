# The command line of docs/api.md, tried on a demo site: sh -eu command_line.sh THE_FUNCTIONS
. "$1"

MADANG_KEY=$(mktemp)
trap 'rm -f "$MADANG_KEY" "$MADANG_KEY".*' EXIT

expect() { # WHAT VALUE PATTERN
  case $2 in
  $3) ;;
  *) echo "$1: $2" >&2 && exit 1 ;;
  esac
}

madang login "$MADANG_HANDLE:$MADANG_PASSWORD"
expect 'the key is for its owner alone' "$(ls -l "$MADANG_KEY")" '-rw-------*'

picture=$MADANG_KEY.png
printf '%s' iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg== |
  base64 -d >"$picture"
line=$(madang upload "$picture" '점 하나')
expect upload "$line" '!*점 하나*'

title="따옴표 \"둘\"과 \\ 하나 $$"
post=$({ printf '첫 줄\n\n\t탭과 "따옴표"\n\n%s\n' "$line"; } | madang post "$title")
expect post "$post" '[1-9]*'
expect drafts "$(madang drafts)" "*\"id\":$post,*$$*"
expect publish "$(madang publish "$post")" "$MADANG_SITE/@$MADANG_HANDLE/*"
expect 'what was written' "$(madang_call GET "posts/$post/?fields=title,body")" \
  '{"title":"따옴표 \\"둘\\"과 \\\\ 하나*\\n\\n\\t탭과 \\"따옴표\\"\\n*'

comment=$(echo '저희 집에도요!' | madang comment "$post")
expect comment "$comment" '[1-9]*'
note=$(echo '감나무에 새가 앉았다 🐦' | madang note)
expect note "$note" '[1-9]*'
tries=0
until found=$(madang search 마당) && [ "${found#0}" = "$found" ] || [ $tries -ge 60 ]; do
  tries=$((tries + 1)) && sleep 1 # until the worker has indexed the demo
done
expect search "$found" "[1-9]*$MADANG_SITE/*"
madang export "$MADANG_KEY.posts"
[ -s "$MADANG_KEY.posts" ]
madang delete "$note"
madang delete "$post"
key=$(cat "$MADANG_KEY")
madang logout
[ ! -e "$MADANG_KEY" ]
printf '%s\n' "$key" >"$MADANG_KEY"
if answer=$(madang drafts 2>&1); then
  expect 'a token that was logged out' "$answer" ''
fi
expect 'a token that was logged out' "$(madang_call GET me/ 2>/dev/null || true)" '*not_authenticated*'
