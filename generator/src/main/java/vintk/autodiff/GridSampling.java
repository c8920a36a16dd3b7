package vintk.autodiff;

import static vintk.onnx.Ops.add;
import static vintk.onnx.Ops.mul;
import static vintk.onnx.Ops.sub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * The pullback of GridSample: y[b, c, q] = Σ over corners of w(grid) x[b, c, corner(grid)], where a corner is a choice of
 * one neighbour on each spatial axis, and its weight a product of one weight an axis.
 *
 * <p>By x the cotangent is scattered to the corners; by the grid, the corners' values are gathered and weighted with
 * the derivatives of the weights. Padding moves neighbours, not the place itself, as ONNX has it: so it does not enter
 * the derivatives, but for weights of 0.
 */
final class GridSampling {
    /** The parameter of Keys' cubic convolution kernel that ONNX prescribes. */
    private static final double A = -0.75;

    private final Pull p;
    private final boolean aligned;
    private final String mode;
    private final String padding;
    /** Images with the sample axis of the cotangent, if it has one, merged into axis 0, and flattened: [B, C, P]. */
    private final Value x;
    /** [B, Q, D]. */
    private final Value grid;
    /** [B, C, Q]. */
    private final Value dy;

    GridSampling(Pull p) {
        this.p = p;
        aligned = p.attributes().integer("align_corners", 0) != 0;
        mode = p.attributes().text("mode", "linear");
        padding = p.attributes().text("padding_mode", "zeros");
        Shape images = p.x().shape();
        Shape places = p.x(1).shape();
        long pixels = images.product(2, images.rank());
        long points = places.product(1, places.rank() - 1);
        x = merged(p.x(), images.dim(1), pixels);
        grid = merged(p.x(1), points, places.dim(-1));
        dy = Ops.reshape(p.fullDy(), x.shape().dim(0), images.dim(1), points);
    }

    private Value merged(Value value, long rows, long columns) {
        Shape full = p.withLead(value.shape());
        return Ops.reshape(Ops.expand(value, full), full.elements() / rows / columns, rows, columns);
    }

    /** One neighbour on one axis, each [B, 1, Q]: its coordinate, its weight, and the weight's derivative by the grid. */
    private record Neighbour(Value index, Value weight, Value slope) {}

    /** One neighbour on each axis: its place in the flattened image, and the neighbours. */
    private record Corner(Value index, List<Neighbour> axes) {
        Value weight() {
            return axes.stream().map(Neighbour::weight).reduce(Ops::mul).orElseThrow();
        }

        /** The derivative of the weight by the coordinate on one axis. */
        Value slope(int axis) {
            Value slope = axes.get(axis).slope();
            for (int i = 0; i < axes.size(); i++) {
                slope = i == axis ? slope : mul(slope, axes.get(i).weight());
            }
            return slope;
        }
    }

    List<Cotangent> pulledBack() {
        List<Corner> corners = corners();
        return Arrays.asList(p.wants(0) ? byImages(corners) : null, p.wants(1) ? byGrid(corners) : null);
    }

    private Cotangent byImages(List<Corner> corners) {
        List<Value> places = new ArrayList<>();
        List<Value> updates = new ArrayList<>();
        for (Corner corner : corners) {
            places.add(Ops.expand(corner.index(), dy.shape()));
            updates.add(mul(dy, corner.weight()));
        }
        Value zeros = Ops.filled(x.type(), 0);
        Value dx = Indexing.scatterElements("add", zeros, Ops.concat(2, places), Ops.concat(2, updates), 2);
        return new Cotangent.PerSample(Ops.reshape(dx, p.withLead(p.x().shape())));
    }

    private Cotangent byGrid(List<Corner> corners) {
        Shape shape = p.withLead(p.x(1).shape());
        if (mode.equals("nearest")) {
            return new Cotangent.PerSample(Ops.filled(new TensorType(x.dataType(), shape), 0));
        }
        int axes = spatial();
        Value[] sums = new Value[axes];
        for (Corner corner : corners) {
            Value values = Indexing.gatherElements(x, Ops.expand(corner.index(), dy.shape()), 2);
            Value inner = Ops.reduceSum(mul(dy, values), true, 1);
            for (int i = 0; i < axes; i++) {
                Value term = mul(inner, corner.slope(i));
                sums[i] = sums[i] == null ? term : add(sums[i], term);
            }
        }
        // The grid names the last axis first.
        List<Value> coordinates = new ArrayList<>();
        for (int i = axes - 1; i >= 0; i--) {
            coordinates.add(
                    Ops.reshape(sums[i], grid.shape().dim(0), grid.shape().dim(1), 1));
        }
        return new Cotangent.PerSample(Ops.reshape(Ops.concat(2, coordinates), shape));
    }

    private int spatial() {
        return p.x().shape().rank() - 2;
    }

    private List<Corner> corners() {
        List<Corner> corners = List.of(new Corner(Ops.longs(0), List.of()));
        for (int i = 0; i < spatial(); i++) {
            long extent = p.x().shape().dim(2 + i);
            List<Neighbour> neighbours = neighbours(i, extent);
            List<Corner> more = new ArrayList<>();
            for (Corner corner : corners) {
                for (Neighbour neighbour : neighbours) {
                    Value index = neighbour.index();
                    if (i > 0) {
                        index = add(mul(corner.index(), Ops.scalar(DataType.INT64, extent)), index);
                    }
                    List<Neighbour> axes = new ArrayList<>(corner.axes());
                    axes.add(neighbour);
                    more.add(new Corner(index, axes));
                }
            }
            corners = more;
        }
        return corners;
    }

    private List<Neighbour> neighbours(int axis, long extent) {
        int column = spatial() - 1 - axis;
        Value g = Indexing.slice(grid, 2, column, column + 1);
        Value normal = Ops.reshape(g, g.shape().dim(0), 1, g.shape().dim(1));
        // From -1..1 to pixels, rounded as ONNX Runtime does: at a pixel, the same neighbours must be found.
        Value place =
                aligned ? mul(mul(add(normal, 1), 0.5), extent - 1) : mul(add(mul(add(normal, 1), extent), -1), 0.5);
        double scale = (aligned ? extent - 1 : extent) / 2.0;
        List<Neighbour> neighbours = new ArrayList<>();
        if (mode.equals("nearest")) {
            Value one = Ops.filled(place.type(), 1);
            neighbours.add(neighbour(Ops.unary("Round", place), extent, one, one));
            return neighbours;
        }
        Value first = Ops.unary("Floor", place);
        Value rest = sub(place, first);
        boolean cubic = mode.equals("cubic");
        for (int i = cubic ? -1 : 0; i <= (cubic ? 2 : 1); i++) {
            // The distance to the neighbour, and its derivative by the place.
            Value distance = i <= 0 ? add(rest, -i) : sub(i, rest);
            double sign = i <= 0 ? scale : -scale;
            Value weight = cubic ? (i == 0 || i == 1 ? near(distance) : far(distance)) : sub(1, distance);
            Value slope = cubic
                    ? mul(i == 0 || i == 1 ? nearSlope(distance) : farSlope(distance), sign)
                    : Ops.filled(place.type(), -sign);
            neighbours.add(neighbour(add(first, i), extent, weight, slope));
        }
        return neighbours;
    }

    // ---- Keys' kernel at distances below 1 and from 1 to 2, and its derivatives

    private static Value near(Value d) {
        return add(mul(mul(d, d), add(mul(d, A + 2), -(A + 3))), 1);
    }

    private static Value nearSlope(Value d) {
        return mul(d, add(mul(d, 3 * (A + 2)), -2 * (A + 3)));
    }

    private static Value far(Value d) {
        return add(mul(d, add(mul(d, add(mul(d, A), -5 * A)), 8 * A)), -4 * A);
    }

    private static Value farSlope(Value d) {
        return add(mul(d, add(mul(d, 3 * A), -10 * A)), 8 * A);
    }

    // ---- padding

    /** A neighbour at a whole number {@code at}, which may lie outside of the image. */
    private Neighbour neighbour(Value at, long extent, Value weight, Value slope) {
        Value inside =
                switch (padding) {
                    case "zeros", "border" -> at;
                    case "reflection" -> reflected(at, extent);
                    default -> throw p.unsupported("the padding mode '" + padding + "' is not handled");
                };
        Value low = Ops.scalar(at, 0);
        Value high = Ops.scalar(at, extent - 1);
        Value clipped = Ops.binary("Min", Ops.binary("Max", inside, low), high);
        Value index = Ops.cast(clipped, DataType.INT64);
        if (!padding.equals("zeros")) {
            return new Neighbour(index, weight, slope);
        }
        Value within = Ops.equal(clipped, at);
        return new Neighbour(index, Ops.mask(within, weight), Ops.mask(within, slope));
    }

    /** At the centres of the outermost pixels, or at their outer edges: there the outermost pixel comes twice. */
    private Value reflected(Value at, long extent) {
        long period = Math.max(1, 2 * (aligned ? extent - 1 : extent));
        Value turns = Ops.unary("Floor", mul(at, 1.0 / period));
        Value rest = sub(at, mul(turns, period));
        return Ops.binary("Min", rest, sub(aligned ? period : period - 1, rest));
    }
}
