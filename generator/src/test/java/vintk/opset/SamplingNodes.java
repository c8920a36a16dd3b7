package vintk.opset;

import static vintk.autodiff.Sampling.BETWEEN_WHOLE;
import static vintk.autodiff.Sampling.WIDE;
import static vintk.opset.OneNode.microsoft;
import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import vintk.autodiff.Sampling;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Images sampled at computed places. */
final class SamplingNodes {
    private static final Tensor PLACES = Tensor.floats(
            Shape.of(2, 1, 3, 2), -0.9f, 0.33f, 0.1f, 1.4f, 1.13f, -0.6f, 0f, 0.5f, -2.3f, -1.1f, 0.8f, 1f);
    private static final Tensor REGIONS =
            Tensor.floats(Shape.of(3, 4), 0.7f, 1.2f, 7.3f, 5.1f, -3.1f, 2.2f, 3.4f, 9.7f, 4.2f, 0.6f, 4.6f, 2.8f);

    private SamplingNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        grids(nodes);
        regions(nodes);
        deformed(nodes);
        return nodes;
    }

    private static long[] longs(long... values) {
        return values;
    }

    private static void grids(List<OneNode> nodes) {
        nodes.add(of("GridSample", 16).x(2, 2, 4, 3).constant(PLACES).noted("defaults"));
        nodes.add(of("GridSample", 20).x(2, 2, 4, 3).constant(PLACES).noted("defaults"));
        nodes.add(microsoft("GridSample").x(2, 2, 4, 3).constant(PLACES).noted("defaults"));
        Tensor cube = Sampling.uniform(TensorType.of(DataType.FLOAT, 1, 2, 1, 2, 3), new Random(3));
        nodes.add(of("GridSample", 20).x(1, 2, 2, 3, 3).constant(cube).noted("3-D"));
        // Pixels lie at whole numbers less 1.
        nodes.add(of("GridSample", 16)
                .x(1, 2, 3, 3)
                .x(1, 2, 3, 2)
                .with("align_corners", 1)
                .noted("at computed places")
                .sampled(BETWEEN_WHOLE));
        nodes.add(of("GridSample", 22)
                .x(1, 2, 3, 3)
                .x(1, 2, 3, 2)
                .with("align_corners", 1)
                .with("mode", "cubic")
                .noted("cubic, at computed places")
                .sampled(BETWEEN_WHOLE));
        for (String padding : List.of("zeros", "border", "reflection")) {
            for (long aligned = 0; aligned < 2; aligned++) {
                for (String mode : List.of("bilinear", "nearest", "bicubic")) {
                    String note = mode + ", " + padding + ", aligned: " + aligned;
                    nodes.add(
                            sample(of("GridSample", 16), mode, padding, aligned).noted(note));
                    nodes.add(sample(microsoft("GridSample"), mode, padding, aligned)
                            .noted(note));
                }
                for (String mode : List.of("linear", "nearest", "cubic")) {
                    String note = mode + ", " + padding + ", aligned: " + aligned;
                    nodes.add(
                            sample(of("GridSample", 22), mode, padding, aligned).noted(note));
                }
            }
        }
        for (long aligned = 0; aligned < 2; aligned++) {
            nodes.add(of("AffineGrid", 20)
                    .x(2, 2, 3)
                    .longs(2, 3, 4, 5)
                    .with("align_corners", aligned)
                    .noted("aligned: " + aligned));
            nodes.add(of("AffineGrid", 20)
                    .x(1, 3, 4)
                    .longs(1, 2, 2, 3, 4)
                    .with("align_corners", aligned)
                    .noted("3-D, aligned: " + aligned));
        }
    }

    private static OneNode sample(OneNode node, String mode, String padding, long aligned) {
        return node.x(2, 2, 5, 4)
                .constant(PLACES)
                .with("mode", mode)
                .with("padding_mode", padding)
                .with("align_corners", aligned);
    }

    private static void regions(List<OneNode> nodes) {
        for (String mode : List.of("avg", "max")) {
            for (long opset : longs(10, 16)) {
                nodes.add(regions(of("RoiAlign", opset), mode, 0, 1, 0).noted(mode + ", one image"));
                nodes.add(regions(of("RoiAlign", opset), mode, 1, 0, 1).noted(mode + ", two images"));
            }
            nodes.add(regions(of("RoiAlign", 16), mode, 0, 0, 0)
                    .with("coordinate_transformation_mode", "output_half_pixel")
                    .noted(mode + ", no half pixel"));
            nodes.add(of("RoiAlign", 16)
                    .x(1, 1, 6, 7)
                    .constant(REGIONS)
                    .longs(0, 0, 0)
                    .with("mode", mode)
                    .with("output_height", 2)
                    .with("output_width", 1)
                    .noted(mode + ", as many samples as pixels"));
            nodes.add(of("RoiAlign", 10)
                    .x(1, 1, 6, 7)
                    .constant(REGIONS)
                    .longs(0, 0, 0)
                    .with("mode", mode)
                    .with("output_height", 2)
                    .with("output_width", 2)
                    .noted(mode + ", as many samples as pixels"));
        }
        nodes.add(of("RoiAlign", 16)
                .x(1, 2, 6, 5)
                .x(2, 4)
                .longs(0, 0)
                .with("output_height", 2)
                .with("output_width", 2)
                .with("sampling_ratio", 2)
                .with("spatial_scale", 1.7f)
                .noted("of computed regions"));
    }

    private static OneNode regions(OneNode node, String mode, long... images) {
        long count = java.util.Arrays.stream(images).max().orElse(0) + 1;
        return node.x(count, 2, 6, 7)
                .constant(REGIONS)
                .longs(images)
                .with("mode", mode)
                .with("output_height", 2)
                .with("output_width", 3)
                .with("sampling_ratio", 2)
                .with("spatial_scale", 0.9f)
                .sampled(WIDE);
    }

    private static void deformed(List<OneNode> nodes) {
        nodes.add(of("DeformConv", 19).x(1, 2, 4, 4).x(3, 2, 2, 2).x(1, 8, 3, 3).sampled(BETWEEN_WHOLE));
        nodes.add(of("DeformConv", 22)
                .x(2, 4, 4, 5)
                .x(2, 2, 3, 2)
                .x(2, 24, 2, 3)
                .x(2)
                .x(2, 12, 2, 3)
                .with("group", 2)
                .with("offset_group", 2)
                .with("strides", longs(2, 2))
                .with("pads", longs(1, 0, 1, 1))
                .with("dilations", longs(1, 1))
                .with("kernel_shape", longs(3, 2))
                .noted("groups, mask, bias")
                .sampled(BETWEEN_WHOLE));
        nodes.add(of("DeformConv", 22)
                .x(1, 2, 5, 4)
                .x(2, 2, 2, 2)
                .x(1, 8, 3, 4)
                .absent()
                .x(1, 4, 3, 4)
                .with("dilations", longs(2, 1))
                .with("pads", longs(0, 1, 0, 0))
                .noted("dilated, mask, no bias")
                .sampled(BETWEEN_WHOLE));
    }
}
