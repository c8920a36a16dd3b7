package vintk.score;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All statistics of one kernel, or of several integrated into one.
 *
 * @param extremes ends of the spectrum and noise floor; absent where the values belong to no single kernel ({@link
 *     Integration#SUM} over several views)
 * @param values by statistic, in the order of the enum; a statistic that is not defined here is missing
 */
public record Measurement(Optional<Extremes> extremes, SortedMap<Statistic, Value> values) {

    public Measurement {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /**
     * Measures a finite kernel.
     *
     * @param labels class of each of the N samples, or empty where unknown
     * @return empty if the kernel is zero, so that there is nothing to measure
     * @throws ArithmeticException as {@link Spectrum#of}
     */
    static Optional<Measurement> of(Kernel kernel, int[] labels) {
        if (kernel.magnitude() == 0) {
            return Optional.empty();
        }
        Spectrum spectrum = Spectrum.of(kernel);
        TreeMap<Statistic, Value> values = new TreeMap<>();
        for (Statistic statistic : Statistic.values()) {
            statistic.value(kernel, spectrum, labels).ifPresent(value -> values.put(statistic, value));
        }
        return Optional.of(new Measurement(Optional.of(Extremes.of(spectrum)), values));
    }

    /** The value of one statistic, if it is defined. */
    public Optional<Value> value(Statistic statistic) {
        return Optional.ofNullable(values.get(statistic));
    }

    /** The sums of the statistics that all parts have; of one part, that part. */
    static Measurement sum(List<Measurement> parts) {
        Measurement first = parts.get(0);
        if (parts.size() == 1) {
            return first;
        }
        TreeMap<Statistic, Value> sums = new TreeMap<>(first.values);
        for (Measurement part : parts.subList(1, parts.size())) {
            sums.keySet().retainAll(part.values.keySet());
            for (Map.Entry<Statistic, Value> entry : sums.entrySet()) {
                entry.setValue(entry.getValue().plus(part.values.get(entry.getKey())));
            }
        }
        return new Measurement(Optional.empty(), sums);
    }
}
