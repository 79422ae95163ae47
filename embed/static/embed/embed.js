// Comments, reactions and search for pages of other sites (docs/embed.md): one file, no build step.
// It asks the site it came from and nobody else, and stores nothing in the browser. What comes back
// is shown as text; a comment's HTML, which the server has cleaned, is parsed in the shadow root.
(() => {
  "use strict";
  if (customElements.get("madang-comments")) return;
  const script = document.currentScript ?? document.querySelector('script[src*="embed.js"]');
  const BASE = new URL(".", script.src);
  const DEEPEST = 4; // levels of answers that are indented; further ones stand flat
  const PATIENCE = 20000; // milliseconds for one request
  const SLICE = 12; // milliseconds of work before the page may breathe
  const BATCH = 100; // keys in one request for numbers
  const PAGE = 50; // comments in one request
  const GRACE = 9.5 * 60000; // milliseconds for which a key is good: a member's, a guest's for a comment

  // Texts -------------------------------------------------------------------------------------

  const TEXTS = {
    en: {
      comments: "Comments", none: "Nobody has said anything yet.", more: "Show more",
      closed: "Comments are closed.", write: "Write a comment", hint: "Markdown works, without headings and images.",
      name: "Name", send: "Comment",
      answer: "Answer", answerTo: "Answer to {name}", cancel: "Cancel", save: "Save", edit: "Edit",
      remove: "Delete", approve: "Approve",
      refuse: "Refuse", sure: "Delete this comment? This cannot be undone.", hide: "Hide from others",
      show: "Show again", pin: "Pin", unpin: "Unpin", signIn: "Sign in",
      signOut: "Sign out", as: "Taking part as {name}", like: "Like", menu: "More for this comment",
      guest: "guest", host: "author", pinned: "Pinned", hidden: "hidden from other readers",
      waits: "waits for approval", edited: "edited",
      unseen: "You cannot see this comment.", left: "Somebody who left",
      by: "Comment by {name}", busy: "Just a moment…",
      proving: "Checking that you are not a program… {n} %",
      waiting: "Others see it as soon as the author has approved it.",
      done: "Done.", retry: "Try again",
      offline: "There is no connection. What you typed is still here: try again in a moment.",
      failed: "That did not work. Try again in a moment.",
      unsigned: "Sign in first. What you typed is still here.",
      popup: "Your browser blocked the window for signing in. Allow it and try again.",
      need: "Please fill this in.",
     
      search: "Search", nothing: "Nothing was found.", found: "{n} results",
      here: "Open in Madang",
    },
    ko: {
      comments: "댓글", none: "아직 댓글이 없어요. 첫 댓글을 남겨 보세요.", more: "더 보기",
      closed: "댓글을 받지 않아요.", write: "댓글 쓰기", hint: "마크다운을 쓸 수 있어요. 제목과 이미지는 안 돼요.",
      name: "이름", send: "댓글 쓰기",
      answer: "답글", answerTo: "{name} 님에게 답글", cancel: "취소", save: "저장", edit: "고치기",
      remove: "지우기", approve: "승인",
      refuse: "거절", sure: "이 댓글을 지울까요? 되돌릴 수 없어요.", hide: "다른 사람에게 숨기기",
      show: "다시 보이기", pin: "고정", unpin: "고정 풀기", signIn: "로그인",
      signOut: "로그아웃", as: "{name} 님으로 참여하고 있어요", like: "좋아요", menu: "이 댓글 메뉴",
      guest: "손님", host: "글쓴이", pinned: "고정한 댓글", hidden: "다른 독자에게 숨김",
      waits: "승인을 기다리는 중", edited: "고침",
      unseen: "볼 수 없는 댓글이에요.", left: "떠난 사람",
      by: "{name} 님의 댓글", busy: "잠시만요…",
      proving: "프로그램이 아닌지 확인하고 있어요… {n}%",
      waiting: "글쓴이가 승인하면 다른 사람에게도 보여요.",
      done: "반영했어요.", retry: "다시 시도",
      offline: "연결이 끊겼어요. 쓰던 내용은 그대로 있으니 잠시 뒤에 다시 해 보세요.",
      failed: "잘 되지 않았어요. 잠시 뒤에 다시 해 보세요.",
      unsigned: "먼저 로그인해 주세요. 쓰던 내용은 그대로 있어요.",
      popup: "브라우저가 로그인 창을 막았어요. 창을 허용하고 다시 해 보세요.",
      need: "이곳을 채워 주세요.",
     
      search: "검색", nothing: "찾은 글이 없어요.", found: "{n}개 찾았어요",
      here: "마당에서 보기",
    },
    es: {
      comments: "Comentarios", none: "Nadie ha dicho nada todavía.", more: "Ver más",
      closed: "Los comentarios están cerrados.", write: "Escribir un comentario", hint: "Puedes usar Markdown, sin títulos ni imágenes.",
      name: "Nombre", send: "Comentar",
      answer: "Responder", answerTo: "Responder a {name}", cancel: "Cancelar", save: "Guardar", edit: "Editar",
      remove: "Eliminar", approve: "Aprobar",
      refuse: "Rechazar", sure: "¿Eliminar este comentario? No se puede deshacer.", hide: "Ocultar a los demás",
      show: "Volver a mostrar", pin: "Fijar", unpin: "Dejar de fijar", signIn: "Iniciar sesión",
      signOut: "Cerrar sesión", as: "Participas como {name}", like: "Me gusta", menu: "Más sobre este comentario",
      guest: "visita", host: "autoría", pinned: "Fijado", hidden: "oculto para los demás",
      waits: "pendiente de aprobación", edited: "editado",
      unseen: "No puedes ver este comentario.", left: "Alguien que se fue",
      by: "Comentario de {name}", busy: "Un momento…",
      proving: "Comprobando que no eres un programa… {n} %",
      waiting: "Los demás lo ven en cuanto lo apruebe el autor.",
      done: "Hecho.", retry: "Intentar de nuevo",
      offline: "No hay conexión. Lo que escribiste sigue aquí: inténtalo de nuevo en un momento.",
      failed: "No ha funcionado. Inténtalo de nuevo en un momento.",
      unsigned: "Inicia sesión primero. Lo que escribiste sigue aquí.",
      popup: "El navegador bloqueó la ventana de inicio de sesión. Permítela e inténtalo de nuevo.",
      need: "Rellena este campo.",
     
      search: "Buscar", nothing: "No se encontró nada.", found: "{n} resultados",
      here: "Abrir en Madang",
    },
    ja: {
      comments: "コメント", none: "まだコメントはありません。", more: "もっと見る",
      closed: "コメントは受け付けていません。", write: "コメントを書く", hint: "Markdownが使えます（見出しと画像を除く）。",
      name: "名前", send: "コメントする",
      answer: "返信", answerTo: "{name}さんに返信", cancel: "キャンセル", save: "保存", edit: "編集",
      remove: "削除", approve: "承認",
      refuse: "却下", sure: "このコメントを削除しますか？元に戻せません。", hide: "ほかの人に表示しない",
      show: "再び表示", pin: "固定する", unpin: "固定を外す", signIn: "ログイン",
      signOut: "ログアウト", as: "{name}さんとして参加中", like: "いいね", menu: "このコメントのその他の操作",
      guest: "ゲスト", host: "投稿者", pinned: "固定されたコメント", hidden: "ほかの読者には非表示",
      waits: "承認待ち", edited: "編集済み",
      unseen: "このコメントは表示できません。", left: "退会した人",
      by: "{name}さんのコメント", busy: "少々お待ちください…",
      proving: "プログラムでないことを確認しています… {n}%",
      waiting: "承認されると、ほかの人にも表示されます。",
      done: "反映しました。", retry: "やり直す",
      offline: "接続が切れました。入力した内容は残っています。しばらくしてからやり直してください。",
      failed: "うまくいきませんでした。しばらくしてからやり直してください。",
      unsigned: "先にログインしてください。入力した内容は残っています。",
      popup: "ブラウザーがログイン画面を止めました。許可してからやり直してください。",
      need: "入力してください。",
     
      search: "検索", nothing: "見つかりませんでした。", found: "{n}件見つかりました",
      here: "Madangで見る",
    },
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // Look --------------------------------------------------------------------------------------

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host { display: block; margin-block: 1.5em; }
[hidden], :host([hidden]) { display: none !important; }
.root {
  --ink: var(--madang-ink, light-dark(#1d1b18, #ece7df));
  --soft: var(--madang-soft, light-dark(#5b554d, #b0a89d));
  --line: var(--madang-line, light-dark(#e5e0d8, #34302a));
  --edge: var(--madang-edge, light-dark(#8f877b, #7a7166));
  --surface: var(--madang-surface, light-dark(#fff, #1f1d1a));
  --sunk: var(--madang-sunk, light-dark(#f4f1ea, #1f1d1a));
  --accent: var(--madang-accent, light-dark(#0b6e5f, #4fc3ad));
  --on-accent: var(--madang-on-accent, light-dark(#fff, #0d1f1b));
  --accent-soft: var(--madang-accent-soft, light-dark(#e4f0ec, #15302b));
  --signal: var(--madang-signal, light-dark(#c03a27, #ff7a63));
  --mark: var(--madang-mark, light-dark(#fff1b8, #46390f));
  --radius: var(--madang-radius, 10px);
  --cjk: "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR";
  all: initial; display: block; direction: inherit; color-scheme: light; color: var(--ink);
  font: var(--madang-size, 16px)/1.6 var(--madang-font, Pretendard, -apple-system, var(--cjk), sans-serif);
  overflow-wrap: anywhere; line-break: strict;
}
.dark { color-scheme: dark; }
.root:lang(ko) { word-break: keep-all; }
.root:lang(ja) { --cjk: "Hiragino Sans", "Yu Gothic", "Noto Sans JP", "Noto Sans CJK JP"; }
* { box-sizing: border-box; }
h2, p, ol, ul, form, blockquote, pre { margin: 0; padding: 0; }
h2 { font-size: 1.375em; line-height: 1.3; margin-block-end: .5em; }
h2 span { font-weight: 400; }
h2 span, .soft, .to, .tool, summary { color: var(--soft); }
a { color: inherit; text-decoration: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
li { list-style: none; }
.list > li, .found li { border-block-start: 1px solid var(--line); }
li > ol { margin-block-end: 1em; padding-inline-start: clamp(.625em, 2.5vw, 1.25em); border-inline-start: 2px solid var(--line); }
article { padding-block: 1em .25em; }
.head, .bar, .tools, .ask { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .5em; }
.head, .soft, .tool, .to, .bar, label { font-size: .875em; }
:is(.head, .bar) :is(.soft, .tool) { font-size: 1em; }
.who { display: inline-flex; align-items: center; gap: .5em; font-weight: 600; }
.face { inline-size: 36px; block-size: 36px; border-radius: 50%; object-fit: cover; background: var(--accent-soft); color: var(--accent); display: grid; place-items: center; }
.badge { padding: 0 .5em; border-radius: 6px; background: var(--sunk); color: var(--soft); }
.is-host { background: var(--accent-soft); color: var(--accent); }
.is-new { background: var(--mark); color: var(--ink); }
.text { margin-block-start: .25em; line-height: 1.7; }
.text > * + * { margin-block-start: .6em; }
.text a { color: var(--accent); text-decoration: underline 1px; text-underline-offset: .2em; }
.text :is(ul, ol) { padding-inline-start: 1.4em; }
.text li { list-style: inherit; }
.text ul { list-style: disc; }
.text ol { list-style: decimal; }
blockquote { padding-inline-start: 1em; border-inline-start: 2px solid var(--line); color: var(--soft); }
code { font: .9em ui-monospace, Menlo, Consolas, "D2Coding", monospace; background: var(--sunk); border-radius: 6px; padding: .1em .3em; }
pre { padding: .75em 1em; overflow-x: auto; background: var(--sunk); border-radius: 6px; }
pre code { padding: 0; }
table { display: block; overflow-x: auto; }
mark { background: var(--mark); color: inherit; border-radius: 2px; }
.tools { margin-inline-start: -.5em; }
.editing :is(.text, .tools, .note) { display: none; }
button, summary { font: inherit; color: inherit; cursor: pointer; background: none; border: 0; border-radius: 6px; }
.tool, summary { display: inline-flex; align-items: center; justify-content: center; gap: .375em; min-block-size: 44px; min-inline-size: 36px; padding: 0 .5em; }
summary::-webkit-details-marker { display: none; }
details[open] { display: contents; }
svg { inline-size: 20px; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
[aria-pressed=true] svg { fill: currentColor; }
form { display: grid; gap: .75em; margin-block: 1em; }
label { display: grid; gap: .5em; font-weight: 600; }
input, textarea, .button { min-block-size: 44px; padding: .5em .875em; border: 1px solid var(--edge); border-radius: var(--radius); background: var(--surface); color: var(--ink); font: inherit; }
input, textarea { inline-size: 100%; font-size: max(1rem, 16px); font-weight: 400; }
textarea { min-block-size: 6.5em; max-block-size: 70vh; line-height: 1.7; resize: vertical; field-sizing: content; }
:is(input, textarea):focus-visible { outline-offset: 0; border-radius: var(--radius); }
[aria-invalid=true] { border-color: var(--signal); }
.bar, .ask { gap: .5em .75em; }
.ask { padding-block-end: 1em; }
.button { font-weight: 600; padding: .375em 1.125em; }
.button:focus-visible { border-radius: var(--radius); }
:is(a, .tool, .button):hover, .tool[aria-pressed=true], .bar .tool, [data-do=approve] { color: var(--accent); border-color: var(--accent); }
.is-danger, .is-danger:hover { color: var(--signal); border-color: var(--signal); }
.is-main, .is-main:hover { background: var(--accent); color: var(--on-accent); border-color: transparent; }
[aria-disabled] { opacity: .7; cursor: progress; }
.problem { padding: .75em 1em; border-inline-start: 3px solid var(--signal); background: var(--sunk); }
.problem:empty, .react span:empty { display: none; }
.note { padding: .5em 1em; border-radius: var(--radius); background: var(--accent-soft); }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
.foot, .note, .found { margin-block-start: .5em; }
.react { display: inline-flex; align-items: center; gap: .5em; border-radius: 99px; }
.react[aria-pressed=true] { color: var(--accent); background: var(--accent-soft); }
.line { display: flex; gap: .5em; }
.line button { flex: none; }
.found li { padding-block: .75em; }
.found a { font-weight: 600; }
`);

  const ICONS = {
    heart: "M10 16.5C5.5 13.25 3 10.75 3 7.75A3.75 3.75 0 0 1 10 6a3.75 3.75 0 0 1 7 1.75c0 3-2.5 5.5-7 8.75z",
    more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  };

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS(svg.namespaceURI, "path");
    svg.setAttribute("viewBox", "0 0 20 20");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  // h("a", { href, onclick }, "text", node…): attributes that are null or false are left out.
  function h(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value != null && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child != null && child !== false && child !== ""));
    return node;
  }

  function button(content, onclick, kind = "button") {
    return h("button", { class: kind, type: "button", onclick }, content);
  }

  const clean = globalThis.trustedTypes?.createPolicy("madang", { createHTML: (html) => html });

  // A comment's HTML: addresses become whole, and what no comment of ours has is left out.
  function parse(html) {
    const template = document.createElement("template");
    template.innerHTML = clean ? clean.createHTML(html) : html;
    for (const node of template.content.querySelectorAll("*")) {
      if (/^(script|style|link|meta|base|iframe|object|embed|form)$/i.test(node.localName)) node.remove();
      for (const { name, value } of [...node.attributes]) {
        if (/^on|^style$|^id$|^src/.test(name) && !(name === "src" && node.localName === "img")) node.removeAttribute(name);
        else if (name === "href" || name === "src") node.setAttribute(name, address(value) ?? "#");
      }
    }
    return template.content;
  }

  function address(url) {
    try {
      const whole = new URL(url, BASE);
      return /^(https?|mailto):$/.test(whole.protocol) ? whole.href : null;
    } catch {
      return null;
    }
  }

  // How light a computed colour is, 0 to 1; browsers name it in several spaces.
  function lightness(colour) {
    const [a, b = a, c = a] = (colour.match(/[\d.]+/g) ?? [0]).map(Number);
    if (colour.startsWith("ok")) return a;
    if (colour.startsWith("l")) return a / 100;
    return (a * 0.3 + b * 0.6 + c * 0.1) / (colour.startsWith("rgb") ? 255 : 1);
  }

  // Proof of work -----------------------------------------------------------------------------

  // SHA-256 by hand: crypto.subtle is absent on http:// pages and costs a turn for every try.
  const ROUNDS = [];
  const START = [];
  const WORDS = new Int32Array(64);
  const fraction = (root) => ((root % 1) * 2 ** 32) | 0;
  for (let n = 2; ROUNDS.length < 64; n++) {
    let divisor = 2;
    while (n % divisor) divisor++;
    if (divisor < n) continue;
    if (START.length < 8) START.push(fraction(Math.sqrt(n)));
    ROUNDS.push(fraction(Math.cbrt(n)));
  }

  function mix(state, view, at) {
    const w = WORDS;
    let [a, b, c, d, e, f, g, z] = state;
    for (let i = 0; i < 64; i++) {
      if (i < 16) w[i] = view.getInt32(at + i * 4);
      else {
        const x = w[i - 15];
        const y = w[i - 2];
        w[i] = w[i - 16] + w[i - 7]
          + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3))
          + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10));
      }
      const one = (z + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7)))
        + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i]) | 0;
      const two = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10)))
        + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      z = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    return [a, b, c, d, e, f, g, z].map((word, i) => (word + state[i]) | 0);
  }

  // The number (as text) that makes SHA-256(challenge:number) begin with so many zero bits.
  async function prove(challenge, bits, tell) {
    const prefix = new TextEncoder().encode(`${challenge}:`);
    const whole = prefix.length & ~63;
    const buffer = new Uint8Array(128);
    const view = new DataView(buffer.buffer);
    let begun = START;
    for (let at = 0; at < whole; at += 64) begun = mix(begun, new DataView(prefix.buffer, at), 0);
    let rest = performance.now() + SLICE;
    for (let n = 0; ; n++) {
      const digits = String(n);
      buffer.fill(0);
      buffer.set(prefix.subarray(whole));
      let end = prefix.length - whole;
      for (let i = 0; i < digits.length; i++) buffer[end++] = digits.charCodeAt(i);
      buffer[end] = 128;
      const last = end < 56 ? 0 : 64;
      view.setUint32(last + 60, (whole + end) * 8);
      let state = mix(begun, view, 0);
      if (last) state = mix(state, view, 64);
      if (Math.clz32(state[0]) + (state[0] ? 0 : Math.clz32(state[1])) >= bits) return digits;
      if (performance.now() > rest) {
        tell(10 * Math.floor(10 - 10 * Math.exp(-n / 2 ** bits)));
        await new Promise((resume) => setTimeout(resume));
        rest = performance.now() + SLICE;
      }
    }
  }

  // The site ----------------------------------------------------------------------------------

  // What goes wrong, in words: `text` names one of TEXTS, `detail` is the server's own sentence.
  class Problem extends Error {
    constructor(text, detail = "", status = 0) {
      super(detail || text);
      Object.assign(this, { text, detail, status });
    }
  }

  // A site of ours as this page knows it: its settings, and who signed in, for as long as the page lives.
  class Site extends EventTarget {
    static #all = new Map();

    static of(key) {
      if (!Site.#all.has(key)) Site.#all.set(key, new Site(key));
      return Site.#all.get(key);
    }

    constructor(key) {
      super();
      this.key = key;
      this.member = null;
    }

    get isFresh() {
      return this.member?.until > Date.now();
    }

    async ask(path, lang, method = "GET", body, once) {
      const headers = { "Accept-Language": lang };
      if (body) headers["Content-Type"] = "application/json";
      if (once) headers["Idempotency-Key"] = once;
      if (this.isFresh) headers.Authorization = `Bearer ${this.member.token}`;
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), PATIENCE);
      let response;
      let data = null;
      try {
        response = await fetch(new URL(`api/v1/embed/${this.key}/${path}`, BASE), {
          method, headers, body: body && JSON.stringify(body), credentials: "omit", cache: "no-cache", signal: stop.signal,
        });
        data = response.status === 204 ? null : await response.json();
      } catch {
        if (!response || response.ok) throw new Problem("offline");
      } finally {
        clearTimeout(timer);
      }
      if (response.ok) return data;
      if (response.status === 401) {
        this.leave();
        throw new Problem("unsigned", "", 401);
      }
      throw new Problem("failed", data?.detail || data?.errors?.[0]?.detail, response.status);
    }

    settings(lang) {
      this.known ??= this.ask("", lang).catch((error) => {
        this.known = null;
        throw error;
      });
      return this.known;
    }

    // Opens our window at once (a browser allows it for a press alone) and waits for its word.
    signIn() {
      const url = new URL("embed/sign-in/", BASE);
      url.search = new URLSearchParams({ site: this.key, origin: location.origin });
      const popup = open(url, "madang-sign-in", "popup,width=480,height=720");
      if (!popup) return Promise.reject(new Problem("popup"));
      return new Promise((resolve, reject) => {
        let closed = 0;
        const listen = ({ origin, source, data }) => {
          if (origin !== BASE.origin || source !== popup || data?.type !== "madang-token") return;
          end();
          // By this machine's clock: it may be wrong about the hour, hardly about ten minutes.
          this.member = { token: data.token, until: Date.now() + GRACE, name: data.name };
          this.dispatchEvent(new Event("change"));
          resolve();
        };
        const watch = setInterval(() => {
          // One more round: the last word of a window may arrive after it has closed.
          if (popup.closed && closed++) {
            end();
            reject(new Problem("unsigned"));
          }
        }, 300);
        const end = () => {
          clearInterval(watch);
          removeEventListener("message", listen);
        };
        addEventListener("message", listen);
      });
    }

    leave() {
      this.member = null;
      this.dispatchEvent(new Event("change"));
    }
  }

  // Text that nobody has sent yet: leaving the page asks first.
  const unsent = new Set();
  const warn = (event) => event.preventDefault();
  function keep(form, isUnsent) {
    unsent[isUnsent ? "add" : "delete"](form);
    (unsent.size ? addEventListener : removeEventListener)("beforeunload", warn);
  }

  // What the page calls itself, else its path: one name, however it is written.
  function threadKey(text) {
    try {
      text = decodeURIComponent(text);
    } catch {
      // A percent sign that encodes nothing.
    }
    return text.normalize("NFC").split("/").filter(Boolean).join("/") || "index";
  }

  function thisPage() {
    const canonical = document.querySelector('link[rel="canonical"]')?.href;
    const url = canonical?.startsWith(`${location.origin}/`) ? canonical : location.href.split("#")[0];
    return { url, title: document.title };
  }

  // Elements ----------------------------------------------------------------------------------

  class Part extends HTMLElement {
    static observedAttributes = ["data-site", "data-thread", "data-lang", "data-theme"];

    connectedCallback() {
      this.start();
    }

    disconnectedCallback() {
      this.life?.abort();
    }

    attributeChangedCallback(name) {
      if (!this.box || !this.isConnected) return;
      if (name === "data-theme") this.paint();
      else this.start();
    }

    start() {
      this.life?.abort();
      this.life = new AbortController();
      const { signal } = this.life;
      const { site, thread, lang } = this.dataset;
      const wish = lang || this.closest("[lang]")?.lang || navigator.language;
      this.tongue = Object.keys(TEXTS).find((code) => wish.toLowerCase().startsWith(code)) ?? "en";
      this.t = TEXTS[this.tongue];
      this.site = Site.of(site || script.dataset.site);
      this.thread = `threads/${threadKey(thread || location.pathname).split("/").map(encodeURIComponent).join("/")}/`;
      if (!this.box) {
        this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
        this.shadowRoot.append((this.box = h("div", { class: "root" })));
      }
      this.box.lang = this.tongue;
      // What the page itself put here (a link to the plain page) is shown until there is more.
      this.box.replaceChildren(h("slot"));
      this.status = h("p", { class: "unseen", role: "status" });
      this.paint();
      const repaint = () => [0, 400].forEach((delay) => setTimeout(() => this.paint(), delay));
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint, { signal });
      addEventListener("load", repaint, { signal }); // style sheets of the page may come late
      const watch = new MutationObserver(repaint);
      for (const node of [document.documentElement, document.body]) watch.observe(node, { attributes: true });
      const clock = setInterval(() => this.tick(), 30000);
      const near = new IntersectionObserver((entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        near.disconnect();
        this.load(signal);
      }, { rootMargin: "800px" });
      near.observe(this);
      this.site.addEventListener("change", () => this.changed?.(), { signal });
      signal.addEventListener("abort", () => {
        watch.disconnect();
        near.disconnect();
        clearInterval(clock);
      });
    }

    async load(signal) {
      try {
        const drawn = await this.draw();
        if (!signal.aborted) this.box.replaceChildren(...drawn, this.status);
      } catch (error) {
        if (!signal.aborted) this.box.replaceChildren(this.excuse(error, () => this.load(signal)), h("slot"));
      }
    }

    // Without a wish the part takes the side of the text around it: that is right on every page.
    paint() {
      const { theme } = this.dataset;
      const isLight = theme === "light" || (theme !== "dark" && lightness(getComputedStyle(this).color) < 0.55);
      this.box.classList.toggle("dark", !isLight);
    }

    ask(path, method, body, once) {
      return this.site.ask(path, this.tongue, method, body, once);
    }

    // A press on a member's tool opens our window first where nobody is signed in (any more).
    member() {
      return this.site.isFresh ? null : this.site.signIn();
    }

    say(text) {
      this.status.textContent = text;
    }

    words(error) {
      if (!(error instanceof Problem)) console.error(error);
      return error.detail || this.t[error.text] || this.t.failed;
    }

    excuse(error, again) {
      return h("div", { class: "problem", role: "alert" }, h("p", {}, this.words(error)), button(this.t.retry, again));
    }

    problem() {
      return h("p", { class: "problem", role: "alert" });
    }

    // Runs what a press asks for: no second time meanwhile, and what goes wrong is said beside it.
    async press(pressed, problem, work) {
      if (pressed.ariaDisabled) return;
      pressed.ariaDisabled = "true";
      problem.textContent = "";
      try {
        await work();
      } catch (error) {
        problem.textContent = this.words(error);
      }
      pressed.ariaDisabled = null;
    }

    when(iso) {
      const exact = new Intl.DateTimeFormat(this.tongue, { dateStyle: "long", timeStyle: "short" });
      return h("time", { datetime: iso, title: exact.format(new Date(iso)) }, this.ago(iso));
    }

    ago(iso) {
      const moment = new Date(iso);
      const minutes = Math.max(0, Math.floor((Date.now() - moment) / 60000));
      const count = new Intl.RelativeTimeFormat(this.tongue, { numeric: minutes ? "always" : "auto" });
      if (minutes < 60) return minutes ? count.format(-minutes, "minute") : count.format(0, "second");
      if (minutes < 1440) return count.format(-Math.floor(minutes / 60), "hour");
      if (minutes < 10080) return count.format(-Math.floor(minutes / 1440), "day");
      return new Intl.DateTimeFormat(this.tongue, { dateStyle: "long" }).format(moment);
    }

    tick() {
      for (const time of this.box.querySelectorAll("time")) time.textContent = this.ago(time.dateTime);
    }
  }

  // Comments ----------------------------------------------------------------------------------

  class Comments extends Part {
    async draw() {
      const { t } = this;
      const [settings, thread, page] = await Promise.all([
        this.site.settings(this.tongue), this.ask(this.thread), this.page(),
      ]);
      this.settings = settings;
      this.nodes = new Map();
      this.forms = new Set();
      this.keys = new Map();
      this.main = null;
      this.pages = 0;
      this.number = h("span");
      this.heading = h("h2", { tabindex: -1 }, t.comments, " ", this.number);
      this.none = h("p", { class: "soft" }, t.none);
      this.list = h("ol", { class: "list" });
      this.rest = h("div");
      this.foot = h("div");
      this.told(thread);
      this.add(page);
      return [h("section", { "aria-label": t.comments }, this.heading, this.none, this.list, this.rest, this.foot)];
    }

    told(thread) {
      const { t } = this;
      this.state = thread;
      this.number.textContent = thread.comment_count || "";
      this.main ??= this.writer(t.write, t.send, async (form) => {
        const comment = await this.post(form, null);
        form.text.value = "";
        this.arrived(comment);
      });
      // A text that was begun stays in sight, whatever became of the thread meanwhile.
      const isOpen = thread.is_open || this.main.text.value;
      const closed = isOpen ? null : h("p", { class: "soft" }, t.closed);
      if (this.foot.firstChild !== (closed ?? this.main.form)) {
        const url = address(thread.html_url);
        this.foot.replaceChildren(closed ?? this.main.form, url ? h("a", { class: "soft", href: url }, t.here) : "");
      }
    }

    async count() {
      this.told(await this.ask(this.thread));
    }

    add({ results, next }) {
      for (const comment of results) this.put(comment);
      this.pages++;
      this.next = next;
      this.none.hidden = this.nodes.size > 0;
      const problem = this.problem();
      const more = button(this.t.more, () => this.press(more, problem, () => this.more()), "button foot");
      this.rest.replaceChildren(next ? more : "", problem);
    }

    page(next) {
      // Of the address that the server names only the place in the list is taken over.
      return this.ask(`${this.thread}comments/${next ? new URL(next, BASE).search : `?page_size=${PAGE}`}`);
    }

    async more() {
      const page = await this.page(this.next);
      const first = page.results.find(({ id }) => !this.nodes.has(id));
      this.add(page);
      if (first) this.nodes.get(first.id).said.focus();
    }

    // Who is here changed: the same comments once more, with what this person may do.
    async changed() {
      if (!this.main) return;
      for (const form of this.forms) form.identify();
      const { pages } = this;
      this.pages = 0;
      try {
        await this.count();
        for (let next = null; this.pages < pages && (next || !this.pages); next = this.next) this.add(await this.page(next));
      } catch (error) {
        this.pages = pages;
        this.say(this.words(error));
      }
    }

    // A comment that is new here finds its place, a known one is drawn again where it stands.
    put(comment) {
      let node = this.nodes.get(comment.id);
      if (!node) {
        const parent = this.nodes.get(comment.parent);
        const above = parent?.depth >= DEEPEST ? parent.above : parent;
        node = { parent, above, depth: above ? above.depth + 1 : 0, forms: {}, problem: this.problem(), spot: h("div") };
        node.said = h("article", { tabindex: -1, id: `madang-comment-${comment.id}` });
        node.item = h("li", {}, node.said, node.problem, node.spot);
        if (above && !above.answers) above.item.append((above.answers = h("ol")));
        (above?.answers ?? this.list)[comment.is_pinned && !above ? "prepend" : "append"](node.item);
        this.nodes.set(comment.id, node);
      }
      node.comment = comment;
      this.drawSaid(node);
      return node;
    }

    drawSaid(node) {
      const { t } = this;
      const { comment, said, parent } = node;
      const { id, author, viewer = {}, like_count } = comment;
      const name = this.nameOf(node);
      if (!author && !comment.html) {
        said.replaceChildren(h("p", { class: "soft" }, t.unseen));
        return;
      }
      said.ariaLabel = fill(t.by, { name });
      const isWaiting = comment.status === "waiting";
      const isMine = this.editKey(id);
      const badge = (is, text, kind = "") => is && h("span", { class: `badge ${kind}` }, text);
      const tool = (what, work, kind = "") => {
        const made = button(t[what], () => this.press(made, node.problem, work), `tool ${kind}`);
        made.dataset.do = what;
        return made;
      };
      const decision = (what) => tool(what, () => this.decide(node, what));
      const like = tool("like", () => this.like(node));
      like.ariaPressed = String(Boolean(viewer.has_liked));
      like.ariaLabel = `${t.like} ${like_count || ""}`;
      like.replaceChildren(icon("heart"), String(like_count || ""));
      const answer = tool("answer", () => this.openAnswer(node));
      answer.ariaLabel = fill(t.answerTo, { name });
      const face = author?.avatar ? h("img", { class: "face", src: address(author.avatar), alt: "", loading: "lazy" })
        : h("span", { class: "face", "aria-hidden": "true" }, [...name][0]);
      const url = author?.url && address(author.url);
      // What was open stays open, and what had the focus keeps it.
      const isOpen = said.querySelector("details")?.open;
      const { activeElement } = this.shadowRoot;
      said.replaceChildren(
        h("header", { class: "head" },
          h(url ? "a" : "span", { class: "who", href: url }, face, name),
          badge(author?.is_host, t.host, "is-host"), badge(author?.is_guest, t.guest), badge(comment.is_pinned, t.pinned),
          badge(isWaiting, t.waits, "is-new"), badge(comment.is_hidden || comment.status === "held", t.hidden),
          h("a", { class: "soft", href: address(comment.html_url) }, this.when(comment.created_at), comment.edited_at && ` · ${t.edited}`)),
        parent !== node.above ? h("p", { class: "to" }, `@${this.nameOf(parent)}`) : "",
        h("div", { class: "text" }, parse(comment.html)),
        isWaiting && isMine ? h("p", { class: "note" }, t.waiting) : "",
        h("footer", { class: "tools" },
          !isWaiting && [like, this.state.is_open && answer],
          viewer.can_moderate && isWaiting && [decision("approve"), tool("refuse", () => this.openSure(node, "refuse"), "is-danger")],
          (viewer.can_edit || isMine) && tool("edit", () => this.openEdit(node)),
          (viewer.can_delete || isMine) && tool("remove", () => this.openSure(node, "remove")),
          viewer.can_moderate && !isWaiting && h("details", { open: isOpen }, h("summary", { "aria-label": t.menu }, icon("more")),
            decision(comment.is_pinned ? "unpin" : "pin"), decision(comment.is_hidden ? "show" : "hide"))),
      );
      if (activeElement && !activeElement.isConnected) this.focus(node, activeElement.dataset.do);
    }

    nameOf({ comment }) {
      return comment.author?.name || this.t.left;
    }

    editKey(id) {
      const { until, edit_key } = this.keys.get(id) ?? {};
      return until > Date.now() && edit_key;
    }

    focus(node, what) {
      (node.said.querySelector(`[data-do=${what}]`) ?? node.said).focus();
    }

    async like(node) {
      await this.member();
      const { comment } = node;
      const { has_liked } = comment.viewer;
      const answer = await this.ask(`comments/${comment.id}/like/`, has_liked ? "DELETE" : "PUT");
      this.put(answer ?? { ...comment, like_count: comment.like_count - 1, viewer: { ...comment.viewer, has_liked: false } });
      this.focus(node, "like");
    }

    async decide(node, what) {
      await this.member();
      const answer = await this.ask(`comments/${node.comment.id}/${what}/`, "POST");
      if (answer) {
        this.put(answer);
        node.said.focus();
      } else this.drop(node);
      this.say(this.t.done);
      await this.count();
    }

    drop(node) {
      const { item, comment, answers, above } = node;
      const next = item.nextElementSibling ?? item.previousElementSibling ?? above?.item;
      if (answers) this.put({ ...comment, author: null, html: "", is_deleted: true });
      else {
        item.remove();
        this.nodes.delete(comment.id);
        this.none.hidden = this.nodes.size > 0;
      }
      (next?.querySelector("article") ?? this.heading).focus();
    }

    // Below a comment one thing is open at a time; a form that makes room keeps its text.
    open(node, what, content) {
      node.said.classList.toggle("editing", what === "edit");
      node.spot.replaceChildren(content);
      content.querySelector("textarea, button").focus();
    }

    shut(node, what, isDone) {
      if (isDone) {
        this.forms.delete(node.forms[what]);
        delete node.forms[what];
      }
      node.said.classList.remove("editing");
      node.spot.replaceChildren();
      this.focus(node, what);
    }

    openAnswer(node) {
      const { t } = this;
      node.forms.answer ??= this.writer(fill(t.answerTo, { name: this.nameOf(node) }), t.answer, async (form) => {
        const comment = await this.post(form, node.comment.id);
        this.shut(node, "answer", true);
        this.arrived(comment);
      }, () => this.shut(node, "answer"));
      this.open(node, "answer", node.forms.answer.form);
    }

    openEdit(node) {
      const { id } = node.comment;
      const before = node.comment.body ?? this.keys.get(id)?.body ?? "";
      node.forms.edit ??= this.writer(this.t.edit, this.t.save, async ({ text }) => {
        const edit_key = this.editKey(id);
        if (!edit_key) await this.member();
        this.put({ body: text.value, ...await this.ask(`comments/${id}/`, "PATCH", { body: text.value, edit_key: edit_key || undefined }) });
        this.shut(node, "edit", true);
        this.say(this.t.done);
      }, () => this.shut(node, "edit"), before);
      this.open(node, "edit", node.forms.edit.form);
    }

    openSure(node, what) {
      const { t } = this;
      const { id } = node.comment;
      const yes = button(t[what], () => this.press(yes, node.problem, async () => {
        const edit_key = this.editKey(id);
        if (what === "refuse") await this.decide(node, what);
        else {
          if (!edit_key) await this.member();
          await this.ask(`comments/${id}/`, "DELETE", edit_key ? { edit_key } : undefined);
          this.say(t.done);
          this.drop(node);
          await this.count();
        }
        node.spot.replaceChildren();
      }), "button is-danger");
      const no = button(t.cancel, () => this.shut(node, what));
      const box = h("div", { class: "ask", role: "group", "aria-label": t.sure }, t.sure, no, yes);
      box.addEventListener("keydown", ({ key }) => key === "Escape" && no.click());
      this.open(node, what, box);
    }

    // A form whose text stays until the server has it. With `before` it changes what was said.
    writer(label, verb, send, close, before) {
      const { t } = this;
      const isEdit = before !== undefined;
      const problem = this.problem();
      const name = h("input", { autocomplete: "nickname", maxlength: 80, name: "name", value: this.guest });
      const text = h("textarea", { name: "body", placeholder: isEdit ? null : t.hint });
      const named = h("label", {}, t.name, name);
      const who = h("span", { class: "soft" });
      const busy = h("span", { class: "soft", role: "status" });
      const submit = h("button", { class: "button is-main", type: "submit" }, verb);
      const form = h("form", { novalidate: true }, named, h("label", {}, label, text), problem,
        h("div", { class: "bar" }, submit, close && button(t.cancel, close), who, busy));
      text.value = before ?? "";
      const self = { form, name, text, busy };
      self.identify = () => {
        const { site, settings } = this;
        const { member } = site;
        named.hidden = Boolean(member) || !settings.guests || isEdit;
        const swap = button(member ? t.signOut : t.signIn, () => (member ? site.leave() : this.press(swap, problem, () => site.signIn())), "tool");
        const about = member ? fill(t.as, member) : settings.guests && settings.approval ? t.waiting : "";
        if (!isEdit) who.replaceChildren(about, swap);
      };
      form.addEventListener("input", ({ target }) => {
        target.ariaInvalid = null;
        self.packet = null;
        this.guest = name.value;
        keep(form, text.value.trim() && text.value !== before);
      });
      form.addEventListener("keydown", (event) => {
        // The key that ends a syllable is the input method's, not ours.
        if (event.isComposing || event.keyCode === 229) return;
        if (event.key === "Escape") close?.();
        if (event.key !== "Enter") return;
        if (event.ctrlKey || event.metaKey) form.requestSubmit();
        else if (event.target !== name) return;
        else text.focus();
        event.preventDefault();
      });
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const empty = [named.hidden ? null : name, text].find((field) => field && !field.value.trim());
        // What is missing is said beside its field, what goes wrong later below all of them.
        (empty ?? text).parentNode.after(problem);
        if (empty) {
          empty.ariaInvalid = "true";
          problem.textContent = t.need;
          empty.focus();
          return;
        }
        this.press(submit, problem, async () => {
          busy.textContent = t.busy;
          try {
            await send(self);
            keep(form, false);
          } finally {
            busy.textContent = "";
          }
        });
      });
      self.identify();
      this.forms.add(self);
      return self;
    }

    async post(form, parent) {
      const isGuest = !this.site.member && this.settings.guests;
      // First of all: a browser opens a window only right after the press.
      if (!isGuest) await this.member();
      // What may have arrived unheard is sent once more as it was, under the same key: it acts once.
      form.packet ??= {
        once: `${Date.now()}-${Math.random()}`,
        body: {
          body: form.text.value, parent: parent ?? undefined, page: thisPage(), guest: isGuest ? await this.guestOf(form) : undefined,
        },
      };
      const { body, once } = form.packet;
      try {
        const comment = await this.ask(`${this.thread}comments/`, "POST", body, once);
        const { id, edit_key } = comment;
        if (edit_key) this.keys.set(id, { edit_key, body: body.body, until: Date.now() + GRACE });
        form.packet = null;
        return comment;
      } catch (error) {
        if (error.status) form.packet = null;
        throw error;
      }
    }

    async guestOf({ name, busy }) {
      const { challenge, bits } = await this.ask("challenge/");
      const answer = await prove(challenge, bits, (n) => {
        const text = fill(this.t.proving, { n });
        if (busy.textContent !== text) busy.textContent = text;
      });
      return { name: name.value.trim(), challenge, answer };
    }

    arrived(comment) {
      this.none.hidden = true;
      this.put(comment).said.focus();
      this.say(comment.status === "waiting" ? this.t.waiting : this.t.done);
      this.count().catch(() => {});
    }
  }

  // Reactions ---------------------------------------------------------------------------------

  class Reactions extends Part {
    async draw() {
      const [settings, thread] = await Promise.all([this.site.settings(this.tongue), this.ask(this.thread)]);
      const problem = this.problem();
      this.number = h("span");
      this.button = button(icon("heart"), () => this.press(this.button, problem, () => this.toggle()), "button react");
      this.button.append(this.t.like, this.number);
      this.told(thread, thread.viewer);
      return settings.reactions ? [this.button, problem] : [];
    }

    told({ reaction_count }, viewer) {
      this.number.textContent = reaction_count || "";
      this.button.ariaPressed = String(Boolean(viewer?.has_reacted));
    }

    async changed() {
      const thread = this.button && await this.ask(this.thread).catch(() => null);
      if (thread) this.told(thread, thread.viewer);
    }

    async toggle() {
      const path = `${this.thread}reaction/`;
      if (this.button.ariaPressed === "true") {
        await this.ask(path, "DELETE");
        this.told({ reaction_count: this.number.textContent - 1 });
      } else {
        const answer = await this.ask(path, "PUT", { page: thisPage() });
        this.told(answer, answer);
      }
    }
  }

  // Search ------------------------------------------------------------------------------------

  class Search extends Part {
    draw() {
      const { t } = this;
      this.input = h("input", { type: "search", name: "q", autocomplete: "off", "aria-label": t.search });
      this.total = h("p", { class: "soft foot", role: "status" });
      this.found = h("ul", { class: "found" });
      this.rest = h("div");
      const submit = h("button", { class: "button is-main", type: "submit" }, t.search);
      const form = h("form", { role: "search" }, h("div", { class: "line" }, this.input, submit));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const words = this.input.value.trim();
        if (words) this.look(words);
        else this.input.focus();
      });
      return [form, this.total, this.found, this.rest];
    }

    async look(words, next) {
      const { t } = this;
      const turn = (this.turn = {});
      this.rest.replaceChildren();
      if (!next) this.found.replaceChildren();
      this.total.textContent = t.busy;
      try {
        const page = await this.ask(`search/${next ? new URL(next, BASE).search : `?${new URLSearchParams({ q: words })}`}`);
        if (turn !== this.turn) return;
        const items = page.results.map((result) => this.item(result));
        this.found.append(...items);
        this.total.textContent = page.total ? fill(t.found, { n: page.total + (page.total_is_exact ? "" : "+") }) : t.nothing;
        if (next) items[0]?.querySelector("a").focus();
        if (page.next) this.rest.append(button(t.more, () => this.look(words, page.next)));
      } catch (error) {
        if (turn !== this.turn) return;
        this.total.textContent = "";
        this.rest.append(this.excuse(error, () => this.look(words, next)));
      }
    }

    item({ title, url, snippet, published_at }) {
      const letters = [...snippet.text]; // the server counts code points
      const parts = [];
      let at = 0;
      for (const [start, end] of snippet.ranges) {
        parts.push(letters.slice(at, start).join(""), h("mark", {}, letters.slice(start, end).join("")));
        at = end;
      }
      return h("li", {}, h("a", { href: address(url) }, title || url), h("p", {}, parts, letters.slice(at).join("")),
        published_at && h("span", { class: "soft" }, this.when(published_at)));
    }
  }

  // Numbers -----------------------------------------------------------------------------------

  // One request for a hundred numbers, however many places of the page show them.
  async function showCounts() {
    const asked = new Map();
    for (const node of document.querySelectorAll("[data-madang-count]")) {
      const site = node.dataset.site || script.dataset.site;
      const key = threadKey(node.dataset.madangCount);
      const keys = asked.get(site) ?? asked.set(site, new Map()).get(site);
      keys.set(key, [...(keys.get(key) ?? []), node]);
    }
    for (const [site, keys] of asked) {
      const all = [...keys.keys()];
      while (all.length) {
        const batch = all.splice(0, BATCH);
        // A number that cannot be had stays what the page wrote there.
        const { results } = await Site.of(site).ask(`counts/?${new URLSearchParams(batch.map((key) => ["keys", key]))}`, "en").catch(() => ({}));
        for (const key of results ? batch : []) for (const node of keys.get(key)) node.textContent = results[key]?.comments ?? 0;
      }
    }
  }

  customElements.define("madang-comments", Comments);
  customElements.define("madang-reactions", Reactions);
  customElements.define("madang-search", Search);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", showCounts);
  else showCounts();
})();
