package vintk.opset;

import static vintk.autodiff.Sampling.APART;
import static vintk.autodiff.Sampling.AWAY_FROM_ZERO;
import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;

/** Pooling, in its old and new forms. */
final class PoolNodes {
    private static final List<String> MODES = List.of("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET");

    private PoolNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        averages(nodes);
        maxima(nodes);
        norms(nodes);
        return nodes;
    }

    private static long[] longs(long... values) {
        return values;
    }

    private static void averages(List<OneNode> nodes) {
        for (long opset : longs(7, 10, 11, 19, 22)) {
            for (long padded = 0; padded < 2; padded++) {
                nodes.add(of("AveragePool", opset)
                        .x(1, 2, 5, 6)
                        .with("kernel_shape", longs(3, 2))
                        .with("strides", longs(2, 1))
                        .with("pads", longs(1, 0, 2, 1))
                        .with("count_include_pad", padded)
                        .noted("pads, counted: " + padded));
                if (opset >= 10) {
                    ceiling(nodes, opset, padded);
                }
                if (opset >= 19) {
                    dilated(nodes, opset, padded);
                }
            }
            for (String mode : MODES) {
                nodes.add(of("AveragePool", opset)
                        .x(1, 2, 5, 4)
                        .with("kernel_shape", longs(3, 2))
                        .with("strides", longs(2, 2))
                        .with("auto_pad", mode)
                        .noted(mode));
            }
        }
        nodes.add(of("AveragePool", 11)
                .x(1, 2, 4, 6)
                .with("kernel_shape", longs(2, 3))
                .with("strides", longs(2, 3)));
        nodes.add(of("AveragePool", 22).x(1, 1, 4, 3, 3).with("kernel_shape", longs(2, 2, 3)));
    }

    private static void ceiling(List<OneNode> nodes, long opset, long padded) {
        nodes.add(of("AveragePool", opset)
                .x(1, 2, 6, 5)
                .with("kernel_shape", longs(3, 2))
                .with("strides", longs(2, 2))
                .with("ceil_mode", 1)
                .with("count_include_pad", padded)
                .noted("rounding up, counted: " + padded));
        nodes.add(of("AveragePool", opset)
                .x(1, 1, 6, 5)
                .with("kernel_shape", longs(3, 3))
                .with("strides", longs(3, 2))
                .with("pads", longs(1, 1, 1, 0))
                .with("ceil_mode", 1)
                .with("count_include_pad", padded)
                .noted("rounding up, padded, counted: " + padded));
        nodes.add(of("AveragePool", opset)
                .x(1, 2, 6)
                .with("kernel_shape", longs(4))
                .with("strides", longs(3))
                .with("pads", longs(1, 1))
                .with("ceil_mode", 1)
                .with("count_include_pad", padded)
                .noted("1-D, rounding up, counted: " + padded));
    }

    private static void dilated(List<OneNode> nodes, long opset, long padded) {
        nodes.add(of("AveragePool", opset)
                .x(1, 2, 6, 5)
                .with("kernel_shape", longs(3, 2))
                .with("dilations", longs(2, 3))
                .with("strides", longs(1, 2))
                .with("pads", longs(1, 1, 0, 1))
                .with("count_include_pad", padded)
                .noted("dilated, counted: " + padded));
        nodes.add(of("AveragePool", opset)
                .x(1, 2, 2001)
                .with("kernel_shape", longs(7))
                .with("dilations", longs(3))
                .with("strides", longs(padded + 1))
                .with("pads", longs(5, 6))
                .with("count_include_pad", padded)
                .noted("long, dilated, counted: " + padded));
        nodes.add(of("AveragePool", opset)
                .x(1, 1, 7, 4, 3)
                .with("kernel_shape", longs(2, 2, 1))
                .with("dilations", longs(2, 1, 1))
                .with("strides", longs(3, 2, 1))
                .with("ceil_mode", 1)
                .with("count_include_pad", padded)
                .noted("3-D, dilated, rounding up, counted: " + padded));
    }

    private static void maxima(List<OneNode> nodes) {
        nodes.add(of("GlobalMaxPool", 1).x(2, 3, 4, 2).sampled(APART));
        nodes.add(of("GlobalMaxPool", 22).x(1, 2, 5).sampled(APART));
        nodes.add(of("GlobalMaxPool", 22).x(1, 2, 2, 3, 2).sampled(APART));
        for (long opset : longs(7, 8, 10, 11, 12, 22)) {
            for (String mode : MODES) {
                nodes.add(of("MaxPool", opset)
                        .x(1, 2, 5, 6)
                        .with("kernel_shape", longs(2, 3))
                        .with("strides", longs(2, 2))
                        .with("auto_pad", mode)
                        .noted(mode)
                        .sampled(APART));
            }
            nodes.add(of("MaxPool", opset)
                    .x(2, 1, 5, 4)
                    .with("kernel_shape", longs(3, 2))
                    .with("pads", longs(1, 0, 1, 1))
                    .outputs(opset >= 8 ? 2 : 1)
                    .sampled(APART));
            if (opset >= 10) {
                nodes.add(of("MaxPool", opset)
                        .x(1, 1, 6, 7)
                        .with("kernel_shape", longs(2, 2))
                        .with("strides", longs(3, 2))
                        .with("dilations", longs(1, 3))
                        .with("ceil_mode", 1)
                        .noted("rounding up, dilated")
                        .sampled(APART));
            }
        }
        nodes.add(of("MaxPool", 12)
                .x(1, 2, 4, 3)
                .with("kernel_shape", longs(2, 2))
                .with("storage_order", 1)
                .outputs(2)
                .noted("indices by columns")
                .sampled(APART));
    }

    private static void norms(List<OneNode> nodes) {
        for (long p = 1; p <= 3; p++) {
            nodes.add(of("GlobalLpPool", 2)
                    .x(2, 3, 4, 2)
                    .with("p", p)
                    .noted("p = " + p)
                    .sampled(AWAY_FROM_ZERO));
            for (long opset : longs(2, 11, 18, 22)) {
                nodes.add(of("LpPool", opset)
                        .x(1, 2, 5, 4)
                        .with("p", p)
                        .with("kernel_shape", longs(3, 2))
                        .with("strides", longs(2, 1))
                        .with("pads", longs(1, 0, 1, 1))
                        .noted("p = " + p)
                        .sampled(AWAY_FROM_ZERO));
            }
        }
        nodes.add(of("GlobalLpPool", 11).x(1, 2, 3).sampled(AWAY_FROM_ZERO));
        nodes.add(of("LpPool", 11).x(1, 2, 6).with("kernel_shape", longs(2)).sampled(AWAY_FROM_ZERO));
        for (String mode : MODES) {
            nodes.add(of("LpPool", 18)
                    .x(1, 2, 5, 6)
                    .with("kernel_shape", longs(2, 3))
                    .with("strides", longs(2, 2))
                    .with("auto_pad", mode)
                    .noted(mode)
                    .sampled(AWAY_FROM_ZERO));
        }
        nodes.add(of("LpPool", 18)
                .x(1, 2, 6, 5)
                .with("kernel_shape", longs(2, 3))
                .with("strides", longs(3, 2))
                .with("dilations", longs(2, 1))
                .with("ceil_mode", 1)
                .noted("dilated, rounding up")
                .sampled(AWAY_FROM_ZERO));
        nodes.add(of("LpPool", 22)
                .x(1, 1, 6, 5)
                .with("kernel_shape", longs(2, 2))
                .with("strides", longs(2, 2))
                .with("ceil_mode", 1)
                .noted("rounding up")
                .sampled(AWAY_FROM_ZERO));
    }
}
