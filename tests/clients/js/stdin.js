// What Node's programs are asked: JSON on standard input.

export async function received() {
  let text = "";
  for await (const part of process.stdin) text += part;
  return JSON.parse(text);
}
