package vintk.autodiff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Where the numbers of a check come from: never closer to a kink of the operator than the step of the differences. */
public enum Sampling {
    /** Between -1 and 1. */
    UNIFORM,
    /** Between 0.5 and 2. */
    POSITIVE,
    /** Between 0.2 and 2, with either sign. */
    AWAY_FROM_ZERO,
    /** No two numbers, of all operands together, closer than 0.06. */
    APART,
    /** Between -1 and 2, a tenth or more from whole numbers. */
    BETWEEN_WHOLE,
    /** In steps of a half with room around whole and half numbers. */
    WIDE;

    /** Tensors of the given shapes. */
    public List<Tensor> draw(DataType type, List<Shape> shapes, Random random) {
        int total = shapes.stream().mapToInt(s -> (int) s.elements()).sum();
        List<Integer> ranks = new ArrayList<>(IntStream.range(0, total).boxed().toList());
        Collections.shuffle(ranks, random);
        List<Tensor> tensors = new ArrayList<>();
        int at = 0;
        for (Shape shape : shapes) {
            double[] values = new double[(int) shape.elements()];
            for (int i = 0; i < values.length; i++) {
                int rank = ranks.get(at++);
                values[i] = switch (this) {
                    case UNIFORM -> 2 * random.nextDouble() - 1;
                    case POSITIVE -> 0.5 + 1.5 * random.nextDouble();
                    case AWAY_FROM_ZERO -> (random.nextBoolean() ? 1 : -1) * (0.2 + 1.8 * random.nextDouble());
                    case APART -> 0.08 * (rank - total / 2) + 0.02 * random.nextDouble() + 0.03;
                    case BETWEEN_WHOLE -> random.nextInt(3) - 1 + 0.1 + 0.8 * random.nextDouble();
                    case WIDE -> 0.5 * (rank - total / 2) + 0.1 * random.nextDouble() + 0.2;
                };
            }
            tensors.add(Tensor.of(new TensorType(type, shape), values));
        }
        return tensors;
    }

    /** One tensor of numbers between -1 and 1. */
    public static Tensor uniform(TensorType type, Random random) {
        return UNIFORM.draw(type.dataType(), List.of(type.shape()), random).get(0);
    }
}
