package vintk.opset;

import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/** Upsample and Resize: every mode, coordinate transformation and rounding, up and down, by scales and by sizes. */
final class ResizeNodes {
    private static final List<String> COORDINATES = List.of(
            "half_pixel",
            "half_pixel_symmetric",
            "pytorch_half_pixel",
            "align_corners",
            "asymmetric",
            "tf_half_pixel_for_nn",
            "tf_crop_and_resize");

    private static final List<String> ROUNDINGS = List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil");

    /** Scales of two axes: up and down, by whole numbers and others, to a length of 1. */
    private static final float[][] SCALES = {{2, 3}, {0.5f, 2}, {1.3f, 0.6f}, {2.5f, 0.25f}, {1, 1.7f}};

    private ResizeNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        upsample(nodes);
        before11(nodes);
        for (String coordinates : COORDINATES) {
            long opset = coordinates.equals("half_pixel_symmetric") ? 19 : 11;
            for (float[] scales : SCALES) {
                for (String rounding : ROUNDINGS) {
                    nodes.add(resize(opset, "nearest", coordinates, scales)
                            .with("nearest_mode", rounding)
                            .noted(note("nearest, " + rounding, coordinates, scales)));
                }
                nodes.add(resize(opset, "linear", coordinates, scales).noted(note("linear", coordinates, scales)));
                nodes.add(resize(opset, "cubic", coordinates, scales).noted(note("cubic", coordinates, scales)));
                nodes.add(resize(opset, "cubic", coordinates, scales)
                        .with("exclude_outside", 1)
                        .with("cubic_coeff_a", -0.5f)
                        .noted(note("cubic without the outside", coordinates, scales)));
            }
        }
        antialias(nodes);
        ranks(nodes);
        sizes(nodes);
        return nodes;
    }

    private static String note(String mode, String coordinates, float... scales) {
        return mode + ", " + coordinates + ", by " + java.util.Arrays.toString(scales);
    }

    private static Tensor floats(float... values) {
        return Tensor.floats(Shape.of(values.length), values);
    }

    /** Of [1, 2, 4, 5], with a region that leaves the image where there is one. */
    private static OneNode resize(long opset, String mode, String coordinates, float[] scales) {
        boolean region = coordinates.equals("tf_crop_and_resize");
        OneNode node = of("Resize", opset).x(1, 2, 4, 5);
        node = region ? node.constant(floats(0, 0, 0.2f, -0.3f, 1, 1, 1.1f, 0.9f)) : node.constant(floats());
        node.constant(floats(1, 1, scales[0], scales[1])).with("mode", mode);
        return (region ? node.with("extrapolation_value", 0.7f) : node)
                .with("coordinate_transformation_mode", coordinates);
    }

    private static void upsample(List<OneNode> nodes) {
        for (String mode : List.of("nearest", "linear")) {
            nodes.add(of("Upsample", 7)
                    .x(1, 2, 3, 2)
                    .with("scales", new float[] {1, 1, 2, 2})
                    .with("mode", mode)
                    .noted(mode));
            nodes.add(of("Upsample", 9)
                    .x(1, 2, 3, 2)
                    .constant(floats(1, 1, 1.5f, 3))
                    .with("mode", mode)
                    .noted(mode));
        }
        nodes.add(of("Upsample", 9).x(3).constant(floats(1.7f)).noted("1-D"));
        nodes.add(of("Upsample", 9).x(2, 3, 2).constant(floats(1, 1.4f, 2)).noted("3-D"));
        nodes.add(of("Upsample", 9).x(1, 2, 3, 2).constant(floats(1, 1, 2, 2)).noted("mode not given"));
    }

    private static void before11(List<OneNode> nodes) {
        for (float[] scales : SCALES) {
            for (String mode : List.of("nearest", "linear")) {
                nodes.add(of("Resize", 10)
                        .x(1, 2, 4, 5)
                        .constant(floats(1, 1, scales[0], scales[1]))
                        .with("mode", mode)
                        .noted(note(mode, "before 11", scales)));
            }
        }
    }

    private static void antialias(List<OneNode> nodes) {
        for (String coordinates : List.of("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel")) {
            for (float[] scales : SCALES) {
                for (String mode : List.of("linear", "cubic")) {
                    for (long exclude : new long[] {0, 1}) {
                        String what = mode + " antialias" + (exclude == 1 ? " without the outside" : "");
                        nodes.add(resize(18, mode, coordinates, scales)
                                .with("antialias", 1)
                                .with("exclude_outside", exclude)
                                .noted(note(what, coordinates, scales)));
                    }
                }
            }
        }
        nodes.add(resize(18, "cubic", "half_pixel_symmetric", new float[] {0.3f, 0.7f})
                .with("antialias", 1)
                .with("cubic_coeff_a", -0.5f)
                .noted("cubic antialias, symmetric"));
        nodes.add(resize(18, "linear", "tf_crop_and_resize", new float[] {0.5f, 0.7f})
                .with("antialias", 1)
                .noted("linear antialias of a region"));
        nodes.add(of("Resize", 18)
                .x(1, 1, 4, 5, 6)
                .absent()
                .constant(floats(1, 1, 0.5f, 0.6f, 0.7f))
                .with("mode", "linear")
                .with("antialias", 1)
                .noted("linear antialias, 3-D"));
        nodes.add(of("Resize", 18)
                .x(1, 6, 5, 2)
                .absent()
                .constant(floats(1, 0.5f, 0.6f, 1))
                .with("mode", "cubic")
                .with("antialias", 1)
                .noted("cubic antialias, channels last"));
    }

    private static void ranks(List<OneNode> nodes) {
        for (String mode : List.of("nearest", "linear")) {
            nodes.add(of("Resize", 13)
                    .x(1, 2, 5)
                    .absent()
                    .constant(floats(1, 1, 1.6f))
                    .with("mode", mode)
                    .noted(mode + ", 1-D"));
            nodes.add(of("Resize", 13)
                    .x(1, 2, 2, 3, 4)
                    .absent()
                    .constant(floats(1, 1, 2, 1.4f, 0.7f))
                    .with("mode", mode)
                    .noted(mode + ", 3-D"));
            nodes.add(of("Resize", 13)
                    .x(1, 3, 4, 2)
                    .absent()
                    .constant(floats(1, 1.4f, 2, 1))
                    .with("mode", mode)
                    .noted(mode + ", channels last"));
            nodes.add(of("Resize", 13)
                    .x(3, 4)
                    .absent()
                    .constant(floats(0.7f, 2))
                    .with("mode", mode)
                    .noted(mode + ", a matrix"));
        }
        nodes.add(of("Resize", 13)
                .x(3, 4)
                .absent()
                .constant(floats(0.7f, 2))
                .with("mode", "cubic")
                .noted("cubic, a matrix"));
        nodes.add(of("Resize", 13).x(5).absent().constant(floats(1.6f)).noted("nearest, a vector"));
    }

    private static void sizes(List<OneNode> nodes) {
        for (String mode : List.of("nearest", "linear", "cubic")) {
            nodes.add(of("Resize", 13)
                    .x(1, 2, 4, 5)
                    .absent()
                    .absent()
                    .longs(1, 2, 7, 3)
                    .with("mode", mode)
                    .noted(mode + ", by sizes"));
            nodes.add(of("Resize", 13)
                    .x(1, 2, 4, 5)
                    .absent()
                    .constant(floats())
                    .longs(1, 2, 8, 1)
                    .with("mode", mode)
                    .noted(mode + ", by sizes, with scales that are empty"));
            nodes.add(of("Resize", 18)
                    .x(1, 2, 4, 5)
                    .absent()
                    .absent()
                    .longs(6, 7)
                    .with("axes", new long[] {2, 3})
                    .with("mode", mode)
                    .noted(mode + ", sizes of some axes"));
            for (String policy : List.of("stretch", "not_larger", "not_smaller")) {
                nodes.add(of("Resize", 19)
                        .x(1, 2, 4, 5)
                        .absent()
                        .absent()
                        .longs(6, 11)
                        .with("axes", new long[] {2, 3})
                        .with("mode", mode)
                        .with("keep_aspect_ratio_policy", policy)
                        .noted(mode + ", " + policy));
            }
        }
        nodes.add(of("Resize", 18)
                .x(1, 2, 4, 5)
                .absent()
                .constant(floats(1.5f, 0.8f))
                .with("axes", new long[] {3, 2})
                .with("mode", "linear")
                .noted("scales of some axes, in another order"));
        nodes.add(of("Resize", 18)
                .x(1, 2, 4, 5)
                .constant(floats(0.1f, 0.2f, 0.8f, 1.2f))
                .absent()
                .longs(5, 3)
                .with("axes", new long[] {2, 3})
                .with("mode", "linear")
                .with("coordinate_transformation_mode", "tf_crop_and_resize")
                .noted("a region of some axes"));
        nodes.add(of("Resize", 13)
                .x(1, 2, 4, 5)
                .absent()
                .constant(floats(1, 1, 1.1f, 1.1f))
                .with("mode", "linear")
                .noted("scales that change no length"));
    }
}
