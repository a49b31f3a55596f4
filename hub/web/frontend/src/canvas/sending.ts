// Sends the form once. What the server says comes back as data; an answer of another kind means
// that the form must go the plain way.

export type Outcome =
  | { kind: "done"; location: string }
  | { kind: "wrong"; errors: Record<string, string> }
  | { kind: "lost" }
  | { kind: "plain" };

const PATIENCE = 25_000;

export async function send(form: HTMLFormElement): Promise<Outcome> {
  const stop = new AbortController();
  const timer = window.setTimeout(() => stop.abort(), PATIENCE);
  try {
    const fields = new FormData(form) as unknown as Record<string, string>;
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "application/json" },
      signal: stop.signal,
    });
    if (answer.status >= 502 && answer.status <= 504) return { kind: "lost" };
    const said = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (!said) return { kind: "plain" };
    const data = await answer.json();
    if (data.location) return { kind: "done", location: data.location };
    return data.errors ? { kind: "wrong", errors: data.errors } : { kind: "plain" };
  } catch {
    return { kind: "lost" };
  } finally {
    window.clearTimeout(timer);
  }
}
