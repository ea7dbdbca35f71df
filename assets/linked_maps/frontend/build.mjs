// Bundle src/ into the folder given as argument: one file per component, its name with a hash of its content.
import { build } from "esbuild";

await build({
  entryPoints: { linked_maps: "src/index.js", places: "src/points_element.js", hovered: "src/hover_element.js" },
  outdir: process.argv[2],
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  loader: { ".css": "text" },
});
