// Questions and answers as `verdicts.py` describes them; for Node and for browsers.

import { received } from "./stdin.js";

const AT_ONCE = 8;

/** The answers to a question, where `read(url)` gives dtype, shape and data of an array. */
export async function answers(question, read) {
  const waiting = [...question.paths];
  const found = [];
  const work = async () => {
    while (waiting.length) found.push(await answer(question, waiting.shift(), read));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

async function answer({ url, query = "" }, path, read) {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  try {
    const { dtype, shape, data } = await read(`${url}/${encoded}${query}`);
    return { path, dtype, shape, data: Array.isArray(data) ? data : base64(data) };
  } catch (error) {
    return { path, error: `${error?.name}: ${error?.message ?? error}`.slice(0, 300) };
  }
}

/** The bytes of a typed array in base64. */
function base64({ buffer, byteOffset, byteLength }) {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** In Node: answer the question on standard input, a line of JSON for each array. */
export async function main(reader) {
  const question = await received();
  for (const told of await answers(question, reader(question))) console.log(JSON.stringify(told));
}
