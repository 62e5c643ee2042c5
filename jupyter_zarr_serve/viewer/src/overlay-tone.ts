// Labels over an image, in the shader: a colour for each number, as opaque as is wanted, and nothing where it is 0.

import type { Layer, UpdateParameters } from "@deck.gl/core";
import { VivLayerExtension } from "@vivjs/extensions";
import { labelsGlsl, type LabelColours } from "./labels";

const moduleOf = (own: LabelColours): object => ({
  name: "overlay",
  uniformTypes: { opacity: "f32" },
  fs: `uniform overlayUniforms {
  float opacity;
} overlay;
${labelsGlsl(own)}
`,
  inject: {
    "fs:DECKGL_PROCESS_INTENSITY": "intensity = max(intensity, 0.0);",
    "fs:DECKGL_MUTATE_COLOR":
      "rgba = vec4(label_colour(intensity[0]), overlay.opacity * label_opacity(intensity[0]));",
  },
});

interface OverlayProps {
  opacityOfLabels: number;
  labelColours: LabelColours;
}

/** The extension of Viv's layers that draws labels over what is there. */
export class OverlayExtension extends VivLayerExtension {
  static override readonly extensionName = "OverlayExtension";
  static readonly defaultProps = {
    opacityOfLabels: { type: "number", value: 0.5, compare: true },
    labelColours: { type: "array", value: [], compare: false },
  };

  override getVivShaderTemplates(this: Layer<OverlayProps>): object {
    return { modules: [moduleOf(this.props.labelColours)] };
  }

  override updateState(this: Layer<OverlayProps>, _: UpdateParameters<Layer<OverlayProps>>): void {
    const overlay = { opacity: this.props.opacityOfLabels };
    for (const model of this.getModels()) model.shaderInputs.setProps({ overlay });
  }
}
