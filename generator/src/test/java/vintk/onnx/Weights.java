package vintk.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import vintk.autodiff.Sampling;

/** Draws and names the weights of a network while a test builds it. */
final class Weights {
    private final List<Value> all = new ArrayList<>();
    private final Random random = new Random(1);

    Value get(long... dims) {
        Value weight =
                Value.initializer("w" + all.size(), Sampling.uniform(TensorType.of(DataType.FLOAT, dims), random));
        all.add(weight);
        return weight;
    }

    List<Value> all() {
        return List.copyOf(all);
    }
}
