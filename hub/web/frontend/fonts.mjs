// Copies the fonts of typeset documents, each with its licence, to where Typst looks for them.
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const FONTS = {
  "source-sans-3": ["SourceSans3", "400Regular", "600SemiBold"],
  "noto-sans-arabic": ["NotoSansArabic", "400Regular"],
  "noto-sans-hebrew": ["NotoSansHebrew", "400Regular"],
  "noto-emoji": ["NotoEmoji", "400Regular"],
};

const packages = join(import.meta.dirname, "node_modules", "@expo-google-fonts");
const target = join(import.meta.dirname, "..", "..", "services", "typeset", "fonts");

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [name, [family, ...weights]] of Object.entries(FONTS)) {
  for (const weight of weights) {
    const file = `${family}_${weight}.ttf`;
    copyFileSync(join(packages, name, weight, file), join(target, file));
  }
  copyFileSync(join(packages, name, "LICENSE_FONT"), join(target, `${family}.LICENSE.txt`));
}
