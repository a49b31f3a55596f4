// Builds each script directly under src/ into ../static/build/ as a minified ES module of the same
// name. Names carry no hash: the server adds one to the address.
import { build } from "esbuild";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const sources = join(import.meta.dirname, "src");
const target = join(import.meta.dirname, "..", "static", "build");

const entryPoints = existsSync(sources)
  ? readdirSync(sources)
      .filter((name) => /(?<!\.d)\.[jt]s$/.test(name))
      .map((name) => join(sources, name))
  : [];

rmSync(target, { recursive: true, force: true });
if (entryPoints.length > 0) {
  await build({
    entryPoints,
    outdir: target,
    bundle: true,
    format: "esm",
    legalComments: "linked",
    logLevel: "warning",
    minify: true,
    target: ["es2020", "safari14"],
    // esbuild cannot rewrite patterns, of which Safari before 14.1 gets rare ones wrong. Such a phone
    // still has the pages without script.
    supported: { destructuring: true },
  });
}
