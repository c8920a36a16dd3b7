package vintk.opset;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/**
 * What the numbers of a model's constants tell: masks, and tables of sines and cosines, which files have among the weights and no
 * training changes.
 */
final class Contents {
    /** Exporters write masks of attention as 0 and numbers at most this. */
    private static final double MASKED = -50;

    /** Of squares of sines and cosines, of which half precision makes this. */
    private static final double ROUNDING = 5e-3;

    /** Smaller tables may be such by accident. */
    private static final int FEWEST = 16;

    /** Numbers that are compared to find sines and cosines that belong together: a second at most. */
    private static final long MOST = 20_000_000;

    private final Map<String, Role> roles = new HashMap<>();
    private final Map<TensorType, List<Table>> tables = new HashMap<>();
    private final Function<String, Tensor> tensors;
    private final Predicate<String> prunes;
    private final Predicate<String> aside;
    private long comparisons = MOST;

    /** One that may be of sines, or of cosines, alone; its first number mostly tells that it is not, without reading it again. */
    private record Table(String name, double first) {}

    /**
     * @param names of constants
     * @param tensors by name, null for what cannot be read; asked for several times, so that none is held
     * @param prunes whether a constant is a factor of parameters alone: weights, scales and gates may begin as 0 and 1
     * @param aside whether nothing says that a constant is a weight, or part of a layer or normalisation, whose numbers may be any
     */
    Contents(
            Collection<String> names,
            Function<String, Tensor> tensors,
            Predicate<String> prunes,
            Predicate<String> aside) {
        this.tensors = tensors;
        this.prunes = prunes;
        this.aside = aside;
        for (String name : names) {
            Tensor tensor = tensors.apply(name);
            if (tensor != null
                    && tensor.type().dataType().isFloating()
                    && tensor.shape().rank() > 0) {
                look(name, tensor);
            }
        }
    }

    private void look(String name, Tensor tensor) {
        if (isBinary(tensor)) {
            tell(name, Role.MASK, prunes);
        } else if (isAdditiveMask(tensor)) {
            tell(name, Role.MASK, aside);
        } else if (tensor.shape().rank() > 1 && tensor.shape().elements() >= FEWEST && isMixed(tensor)) {
            if (isTable(tensor)) {
                tell(name, Role.SINUSOID, aside);
            } else {
                pair(name, tensor);
            }
        }
    }

    private void tell(String name, Role role, Predicate<String> may) {
        if (may.test(name)) {
            roles.put(name, role);
        }
    }

    /** MASK or SINUSOID; null where the numbers do not tell. */
    Role role(String name) {
        return roles.get(name);
    }

    /** Of attention: 0, or so negative that a softmax gives 0. */
    private static boolean isAdditiveMask(Tensor tensor) {
        return tensor.allMatch(x -> x == 0 || x <= MASKED)
                && !tensor.allMatch(x -> x == 0)
                && tensor.shape().elements() > 1;
    }

    private static boolean isBinary(Tensor tensor) {
        return tensor.allMatch(x -> x == 0 || x == 1) && isMixed(tensor);
    }

    private static boolean isMixed(Tensor tensor) {
        return Double.isNaN(tensor.throughout());
    }

    /**
     * Rows of sines and cosines of the same angles in whatever order (Vaswani et al. 2017), whose squares add up to one for each
     * angle. Rows of zeros are those of other tokens.
     */
    private static boolean isTable(Tensor tensor) {
        int width = Math.toIntExact(tensor.shape().dim(-1));
        long rows = width == 0 ? 0 : tensor.shape().elements() / width;
        long filled = 0;
        for (long row = 0; row < rows; row++) {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                double number = tensor.number(row * width + i);
                if (!(Math.abs(number) <= 1 + ROUNDING)) {
                    return false;
                }
                squares += number * number;
            }
            if (squares != 0 && Math.abs(2 * squares / width - 1) > ROUNDING) {
                return false;
            }
            filled += squares == 0 ? 0 : 1;
        }
        return width >= 4 && width % 2 == 0 && filled > 1;
    }

    /** Sines alone, where a table of the cosines stands beside, or the other way round: of rotary embeddings (Su et al. 2021). */
    private void pair(String name, Tensor tensor) {
        double first = tensor.number(0);
        List<Table> others = tables.computeIfAbsent(tensor.type(), type -> new ArrayList<>());
        for (Table other : others) {
            if (--comparisons < 0) {
                return;
            }
            if (isOnCircle(first, other.first()) && areOnCircle(tensor, tensors.apply(other.name()))) {
                tell(name, Role.SINUSOID, aside);
                tell(other.name(), Role.SINUSOID, aside);
                break;
            }
        }
        others.add(new Table(name, first));
    }

    /** A file of many that nearly fit is not looked through to its end. */
    private boolean areOnCircle(Tensor sines, Tensor cosines) {
        long elements = sines.shape().elements();
        for (long i = 0; i < elements; i++) {
            if (--comparisons < 0 || !isOnCircle(sines.number(i), cosines.number(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOnCircle(double sine, double cosine) {
        return Math.abs(sine * sine + cosine * cosine - 1) <= ROUNDING;
    }
}
