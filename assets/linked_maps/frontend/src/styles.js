// The style sheets as one text.

import frame from "./css/frame.css";
import legend from "./css/legend.css";
import map from "./css/map.css";
import overlays from "./css/overlays.css";
import toolbar from "./css/toolbar.css";
import tooltip from "./css/tooltip.css";

export const STYLES = [frame, toolbar, map, overlays, legend, tooltip].join("\n");
