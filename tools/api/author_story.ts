// An author's story by openapi-fetch with the types that openapi-typescript makes of the description.
// Run by `make check-api` on a demo site; it stops at the first thing that is not as described.

import assert from "node:assert/strict";
import {randomUUID} from "node:crypto";
import {env} from "node:process";
import createClient, {type Client} from "openapi-fetch";
import type {components, paths} from "./made/schema.d.ts";

type Problem = components["schemas"]["Problem"];
type Answer<Data> = {data?: Data; error?: unknown; response: Response};

function named(name: string): string {
  const value = env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

const site = named("MADANG_SITE");
const password = named("MADANG_PASSWORD");

// What was answered, if it has this status.
function told<Data>(status: number, answer: Answer<Data>): NonNullable<Data> {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  assert.ok(answer.data);
  return answer.data;
}

// What was refused, with its code.
function refused(status: number, answer: {error?: unknown; response: Response}): Problem {
  assert.equal(answer.response.status, status, JSON.stringify(answer.error));
  const problem = answer.error as Problem;
  assert.equal(problem.status, status);
  assert.ok(problem.request_id);
  return problem;
}

function done(answer: {error?: unknown; response: Response}): void {
  assert.equal(answer.response.status, 204, JSON.stringify(answer.error));
}

const visitor = createClient<paths>({baseUrl: site});

async function signIn(handle: string): Promise<Client<paths>> {
  const basic = Buffer.from(`${handle}:${password}`).toString("base64");
  const made = told(
    201,
    await visitor.POST("/api/v1/tokens/", {
      headers: {Authorization: `Basic ${basic}`},
      body: {name: "TypeScript", expires_in: 600},
    }),
  );
  assert.ok(made.token.startsWith("madang_"));
  return createClient<paths>({baseUrl: site, headers: {Authorization: `Bearer ${made.token}`}});
}

// The smallest PNG: one transparent dot.
const dot = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

async function write(author: Client<paths>): Promise<{id: number; word: string}> {
  const image = told(
    201,
    await author.POST("/api/v1/images/", {
      body: {file: "", alt: "점 하나"},
      bodySerializer(body) {
        const form = new FormData();
        form.set("file", new File([dot], "점.png", {type: "image/png"}));
        form.set("alt", body?.alt ?? "");
        return form;
      },
    }),
  );
  const word = `앵두${randomUUID().slice(0, 6)}`;
  const key = randomUUID();
  const wish = {
    params: {header: {"Idempotency-Key": key}},
    body: {kind: "article" as const, title: `${word}가 익었다`, body: "첫 줄", tags: ["마당"]},
  };
  const post = told(201, await author.POST("/api/v1/posts/", wish));
  const again = await author.POST("/api/v1/posts/", wish);
  assert.equal(told(201, again).id, post.id);
  assert.equal(again.response.headers.get("Idempotency-Replayed"), "true");
  const path = {id: post.id};
  const draft = told(200, await author.GET("/api/v1/posts/{id}/draft/", {params: {path}}));
  told(
    200,
    await author.PUT("/api/v1/posts/{id}/draft/", {
      params: {path},
      body: {
        base_version: draft.version,
        title: draft.title,
        body: `${word}를 땄다 🍒\n\n${image.markdown}\n`,
      },
    }),
  );
  refused(404, await visitor.GET("/api/v1/posts/{id}/", {params: {path}}));
  const published = told(200, await author.POST("/api/v1/posts/{id}/publish/", {params: {path}}));
  assert.equal(published.status, "published");
  return {id: post.id, word};
}

async function answer(other: Client<paths>, id: number): Promise<number> {
  const path = {id};
  told(200, await other.PUT("/api/v1/posts/{id}/like/", {params: {path}}));
  const comment = told(
    201,
    await other.POST("/api/v1/posts/{id}/comments/", {params: {path}, body: {body: "맛있겠다!"}}),
  );
  const seen = told(200, await other.GET("/api/v1/posts/{id}/", {params: {path}}));
  assert.equal(seen.viewer?.liked, true);
  assert.equal(seen.comment_count, 1);
  return comment.id;
}

const author = await signIn(named("MADANG_HANDLE"));
const other = await signIn(named("MADANG_OTHER"));
const {id, word} = await write(author);
const path = {id};
const comment = await answer(other, id);

const page = told(
  200,
  await author.GET("/api/v1/posts/", {
    params: {query: {author: `@${named("MADANG_HANDLE")}`, page_size: 1, fields: "id,title"}},
  }),
);
assert.equal(page.results[0]?.id, id);
assert.ok(page.next?.startsWith(site));
const comments = told(200, await visitor.GET("/api/v1/posts/{id}/comments/", {params: {path}}));
assert.deepEqual(comments.results.map((one) => one.id), [comment]);
told(200, await visitor.GET("/api/v1/search/", {params: {query: {q: word}}}));

const read = await visitor.GET("/api/v1/posts/{id}/", {params: {path}});
const etag = read.response.headers.get("ETag");
assert.ok(etag);
const same = await visitor.GET("/api/v1/posts/{id}/", {
  params: {path, header: {"If-None-Match": etag}},
});
assert.equal(same.response.status, 304);
const stale = await author.PATCH("/api/v1/posts/{id}/", {
  params: {path, header: {"If-Match": '"other.tag"'}},
  body: {tags: ["앵두"]},
});
assert.equal(refused(412, stale).code, "stale");
const comment_path = {params: {path: {id: comment}}};
refused(401, await visitor.DELETE("/api/v1/comments/{id}/", comment_path));
done(await other.DELETE("/api/v1/comments/{id}/", comment_path));
done(await author.DELETE("/api/v1/posts/{id}/", {params: {path}}));
done(await author.DELETE("/api/v1/tokens/current/"));
assert.equal(refused(401, await author.GET("/api/v1/me/")).code, "not_authenticated");
